// Keys act on the focused card as its buttons would.
import { isRail } from "../core/cards.js";
import { emit, one } from "../core/dom.js";

// Whether a card shows only a part of what it is, and opens over its board.
const opensOver = () => isRail() || document.body.dataset.board === "dispatch";

/** @param {HTMLElement} card @param {string} selector */
function press(card, selector) {
  const button = [...card.querySelectorAll(selector)].find((each) => !each.matches(":disabled, [aria-disabled=true]") && isOffered(each));
  button?.click();
  return button !== undefined;
}

// A button in a closed `details` can be pressed by key, and so can one that a closed card has no room for; one that the page
// hides from this role cannot.
/** @param {HTMLElement} button */
function isOffered(button) {
  if (opensOver()) return !button.hidden && (!button.closest(".for-managers") || "manager" in document.body.dataset);
  const folded = button.closest("details:not([open])");
  return (folded && !button.matches("summary") ? folded : button).checkVisibility();
}

/** @param {HTMLElement} card @param {string} selector */
function unfold(card, selector) {
  if (opensOver()) emit("ticket:asked", card);
  const details = /** @type {HTMLDetailsElement | null} */ (card.querySelector(selector));
  if (!details?.checkVisibility()) return false;
  if (!details.open) one(details, "summary").click();
  (details.querySelector("input:not([type=hidden])") ?? one(details, "form button")).focus();
  return true;
}

// Opens the second question and focuses its button, so that Enter again confirms it.
/** @param {HTMLElement} card */
function ask(card) {
  const opener = card.querySelector(".despite > [data-opens]");
  if (opener?.getAttribute("aria-expanded") === "false") opener.click();
  opener?.parentElement?.querySelector("[data-despite]")?.focus();
  return opener !== null;
}

// Who has chosen orders is led to those who may take them.
function toRiders() {
  const rider = document.querySelector("#hand:not([hidden]) :is([data-rider], input)");
  rider?.focus();
  return rider !== null;
}

// A ticket that opened because changes were folded away closes when they are seen: a bump bar has no key for that.
/** @param {HTMLElement} card */
function acknowledge(card) {
  const wasOpen = isRail() && card.matches(":popover-open");
  const isDone = press(card, '[value="acknowledge"]');
  if (isDone && wasOpen) card.hidePopover();
  return isDone;
}

// The usual step: acknowledge a cancellation; choose what goes out with a rider; else move on; else ask about the lines that are not struck off.
/** @param {HTMLElement} card */
export const advance = (card) => acknowledge(card) || press(card, ".pick") || press(card, "button.move") || ask(card);

/** @type {Record<string, (card: HTMLElement) => boolean>} */
const ON_A_CARD = {
  x: (card) => unfold(card, "details.cancel, details.not_delivered"),
  r: (card) => press(card, '[value="rush"], [value="unrush"]'),
  h: (card) => press(card, '[value="release"]') || unfold(card, "details.hold"),
  a: (card) => toRiders() || unfold(card, "details.assign"),
};

// `letter` is a digit or a lower-case letter; whether it did anything.
/** @param {HTMLElement} card @param {string} letter */
export function onCard(card, letter) {
  if (/^[1-9]$/.test(letter)) return press(card, `[data-line="${letter}"] button`);
  return ON_A_CARD[letter]?.(card) ?? false;
}
