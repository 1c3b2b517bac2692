// Leaving the board sends the taps held back for undo. Signing out with unsent taps first warns, then drops them.
import { byId, make, on } from "../core/dom.js";
import { change, drop, isUndoable, refused, unsent } from "./outbox.js";
import { send } from "./sender.js";
import { sayMany } from "../core/i18n.js";

let isTold = false;

/** @param {number} amount */
function tell(amount) {
  const textContent = sayMany("%(num)s tap is not sent yet. Sign out once more to give it up.",
    "%(num)s taps are not sent yet. Sign out once more to give them up.", amount);
  byId("notice").replaceChildren(make("p", { className: "problem", textContent }));
}

on("submit", (event) => {
  if (!/(logout|sign-out)$/.test(/** @type {string} */ (event.target.getAttribute("action")))) return;
  const entries = unsent();
  if (entries.length > 0 && !isTold) {
    event.preventDefault();
    tell(entries.length);
    isTold = true;
    return;
  }
  for (const entry of [...entries, ...refused()]) drop(entry);
}, { capture: true });

on("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (event.target.closest("a[href]"));
  if (!link || event.defaultPrevented || link.target) return;
  for (const entry of unsent().filter(isUndoable)) change(entry, { due: 0 });
  send();
});
