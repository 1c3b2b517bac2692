// Leaving the board sends the taps held back for undo. Signing out with unsent taps first warns, then drops them.
import { byId, make, on } from "../core/dom.js";
import { change, drop, isUndoable, refused, unsent } from "./outbox.js";
import { send } from "./sender.js";
import { sayMany } from "../core/i18n.js";

const STAYS_FOR = 1000; // milliseconds
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

// Whether a click on the link takes this page away; a call and another tab do not.
/** @param {HTMLAnchorElement} link @param {MouseEvent} click */
function leaves(link, click) {
  const isOfThisPage = link.hash !== "" && link.pathname === location.pathname;
  return link.protocol.startsWith("http") && !link.target && !isOfThisPage && !click.ctrlKey && !click.metaKey && !click.shiftKey;
}

// The page waits a moment for its taps: once it has gone nobody sends them, until the board is opened again.
on("click", async (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (event.target.closest("a[href]"));
  if (!link || event.defaultPrevented || !leaves(link, event) || unsent().length === 0) return;
  event.preventDefault();
  for (const entry of unsent().filter(isUndoable)) change(entry, { due: 0 });
  await Promise.race([send(), new Promise((resolve) => setTimeout(resolve, STAYS_FOR))]);
  location.assign(link.href);
});
