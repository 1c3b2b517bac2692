// Tells listeners which cards came, changed or left, before the page is painted again; and leads to one of them.
import { emit } from "./dom.js";

const columns = [...document.querySelectorAll(".cards")];
const lanes = columns.filter((column) => column.matches(".columns .column:not([data-passing]) > *"));
// In a page a line says its place in the order only where that is not its place in the list.
for (const list of document.querySelectorAll(".card .items")) {
  [...list.children].forEach((line, place) => { if (!line.matches("[data-line], [data-voided]")) line.dataset.line = `${place + 1}`; });
}
/** @typedef {(cards: HTMLElement[], left: string[]) => void} CardsListener */
/** @type {CardsListener[]} */
const listeners = [];

// Where a button of a card sends its tap: the card's id names the order, the button's name the kind of tap.
/** @param {HTMLButtonElement} button */
export function addressOf(button) {
  const order = /** @type {HTMLElement} */ (button.closest(".card")).id.replace("order-", "");
  return `/orders/${order}/${button.name === "to" ? "transitions" : "actions"}`;
}

// What a column sorts a card by ends in six digits of its order's number.
/** @param {HTMLElement} card */
export const numberOf = ({ dataset }) => Number(dataset.place?.slice(-6));

export const allCards = () => columns.flatMap(({ children }) => [...children]);

// Whether this tablet shows tickets in one line, and not columns by status.
export const isRail = () => document.documentElement.dataset.view === "rail";

// What is to be made, in the order in which it must be begun, in whatever column it stands. Sort keys are written with as
// many digits each, so that they compare as texts.
export function inOrder() {
  const open = lanes.flatMap(({ children }) => [...children]).filter((card) => !card.hasAttribute("data-hidden"));
  const placed = open.map((card) => ({ card, place: card.getAttribute("data-place") ?? "" })); // read once: there may be hundreds
  return placed.sort((one, other) => (one.place < other.place ? -1 : 1)).map(({ card }) => card);
}

// A part of a card that the page has put below its lines, and not the server: morphing leaves it where it is.
/** @param {HTMLElement} card @param {"p" | "button"} tag @param {string} className @returns {HTMLElement} */
export function ownPart(card, tag, className) {
  const there = card.querySelector(`.${className}`);
  if (there) return there;
  const part = document.createElement(tag);
  part.className = className;
  part.dataset.kept = "";
  card.querySelector(".items")?.after(part);
  return part;
}

// Whether it can be seen, once the board has shown the page that it is on.
/** @param {HTMLElement} card */
export function bringUp(card) {
  if (!card.checkVisibility()) emit("card:sought", card);
  return card.checkVisibility();
}

/** @param {HTMLElement | null | undefined} card */
export function go(card) {
  if (!card || !bringUp(card)) return;
  for (const other of document.querySelectorAll('.card[tabindex="0"]')) other.tabIndex = -1;
  card.tabIndex = 0;
  card.focus();
  card.querySelector("header")?.scrollIntoView({ block: "nearest" }); // of a high card at least the number
}

// `listener` is told of the cards that are new or other than before, and of the ids of those that left.
/** @param {CardsListener} listener */
export function onCards(listener) {
  listeners.push(listener);
  listener(allCards(), []);
}

/** @param {Node} node @returns {node is HTMLElement} */
const isCard = (node) => node instanceof HTMLElement && node.matches(".card");

/** @param {MutationRecord[]} changes */
function tell(changes) {
  const fresh = new Set(changes.flatMap(({ target, addedNodes }) => (isCard(target) ? [target] : [...addedNodes])));
  const gone = new Set(changes.flatMap(({ removedNodes }) => [...removedNodes]).filter(isCard).map(({ id }) => id));
  const shown = [...fresh].filter((card) => card.isConnected).filter(isCard);
  const left = [...gone].filter((id) => !document.getElementById(id));
  for (const listener of listeners) listener(shown, left);
}

// One observer for both, so that a card that comes changed is told of once; it keeps one set of options per element.
const changes = new MutationObserver(tell);
for (const column of columns) {
  changes.observe(column, { childList: true });
  changes.observe(/** @type {HTMLElement} */ (column.parentElement), { subtree: true, attributeFilter: ["data-version"] });
}
