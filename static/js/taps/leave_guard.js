// Who leaves the board takes back no more; who signs out with taps that wait is told so, and then gives them up.
import { change, drop, isUndoable, refused, unsent } from "./outbox.js";
import { send } from "./sender.js";
import { sayMany } from "../core/i18n.js";

let isTold = false;

function tell(amount) {
  const said = document.createElement("p");
  said.className = "problem";
  said.textContent = sayMany("%(num)s tap is not sent yet. Sign out once more to give it up.",
    "%(num)s taps are not sent yet. Sign out once more to give them up.", amount);
  document.getElementById("notice").replaceChildren(said);
}

document.addEventListener("submit", (event) => {
  if (!/(logout|sign-out)$/.test(event.target.getAttribute("action"))) return;
  const entries = unsent();
  if (entries.length > 0 && !isTold) {
    event.preventDefault();
    tell(entries.length);
    isTold = true;
    return;
  }
  for (const entry of [...entries, ...refused()]) drop(entry);
}, { capture: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || link.target) return;
  for (const entry of unsent().filter(isUndoable)) change(entry, { due: 0 });
  send();
});
