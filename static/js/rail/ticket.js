// A tap below a ticket's head opens it over the rail: every line, large enough to strike off, and what is rare. It is
// the card itself, so that what happens to the order happens before one's eyes.
import { make, on, one } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { isRail, onCards } from "../core/cards.js";

const CONTROLS = "button:not(.fold), a, summary, input, label, details";
/** @type {HTMLElement | null} */
let open = null;
let isAside = false; // this touch only closes what lies over the board

/** @param {HTMLElement} card */
function clear(card) {
  card.removeAttribute("popover");
  card.querySelector(".close-ticket")?.remove();
  if (open === card) open = null;
}

/** @param {HTMLElement} card */
function openTicket(card) {
  if (!isRail() || open === card) return;
  const close = make("button", { type: "button", className: "close-ticket", textContent: say("Close") });
  close.dataset.kept = "";
  close.addEventListener("click", () => card.hidePopover());
  card.append(close);
  card.popover = "auto";
  open = card;
  card.showPopover();
  card.focus();
}

document.addEventListener("toggle", ({ target, newState }) => {
  if (target === open && newState === "closed") clear(/** @type {HTMLElement} */ (target));
}, { capture: true });
addEventListener("pointerdown", ({ target }) => {
  const over = document.querySelector(":popover-open");
  isAside = over !== null && !over.contains(/** @type {Node} */ (target)) && one(document, ".columns").contains(/** @type {Node} */ (target));
}, { capture: true });
addEventListener("click", (event) => {
  if (!isAside) return;
  isAside = false;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// What has become ready, or was cancelled, has left the rail: nothing is to be kept open, and the rest may move.
onCards(() => { if (open?.closest("[data-passing]")) open.hidePopover(); });
on("ticket:asked", ({ detail }) => openTicket(detail));
on("click", ({ target }) => {
  const card = target.closest(".columns .column:not([data-passing]) .card");
  if (card && !target.closest(CONTROLS)) openTicket(card);
});
