// A card that lies over its board, whole: it is the card itself, so that what happens to the order happens before one's
// eyes.
import { make, on, one } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { onCards } from "../core/cards.js";

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
export function openCard(card) {
  if (open === card) return;
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
  const over = document.querySelector(":popover-open:not(.taps)");
  isAside = over !== null && !over.contains(/** @type {Node} */ (target)) && one(document, ".columns").contains(/** @type {Node} */ (target));
}, { capture: true });
addEventListener("click", (event) => {
  if (!isAside) return;
  isAside = false;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// What has left the board for where orders pass: nothing is to be kept open, and the rest may move.
onCards(() => { if (open?.closest("[data-passing]")) open.hidePopover(); });
// With its last step the ticket is done with: it can be undone where it stands.
on("tap:queued", ({ detail }) => { if (open?.id === detail.card && detail.fields.to === "ready") open.hidePopover(); });
