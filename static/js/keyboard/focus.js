// Walking over the cards with the keyboard. The focus follows its card; when that leaves, it goes to the next one.
import { on } from "../core/dom.js";
import { go, inOrder, isRail, onCards } from "../core/cards.js";
import { walkRail } from "./rail_walk.js";

const lists = [...document.querySelectorAll(".cards")];
const isRightToLeft = document.documentElement.dir === "rtl";
/** @type {{ card: HTMLElement, list: HTMLElement, index: number, place: number } | null} */
let here = null;
let usesKeys = false;
/** @param {Element} list */
const shownIn = (list) => [...list.children].filter((card) => card.checkVisibility());
const walkable = () => lists.filter((list) => shownIn(list).length > 0);
/** @param {Element} list */
const isAlarm = (list) => list.closest(".alarm") !== null;

/** @param {HTMLElement} card */
const listOf = (card) => /** @type {HTMLElement} */ (card.parentElement);

// Also on what has just been hidden: browsers notice only when they paint.
const isNowhere = () => !document.activeElement || document.activeElement === document.body || !document.activeElement.checkVisibility();

/** @type {() => HTMLElement | null} */
export const current = () => document.activeElement?.closest(".card") ?? (isNowhere() && here?.card.isConnected ? here.card : null);

/** @param {HTMLElement} card */
function middle(card) {
  const { top, height } = card.getBoundingClientRect();
  return top + height / 2;
}

/** @param {Element} list @param {HTMLElement} card */
function level(list, card) {
  const height = middle(card);
  /** @param {HTMLElement} other */
  const far = (other) => Math.abs(middle(other) - height);
  return shownIn(list).reduce((best, each) => (far(each) < far(best) ? each : best));
}

/** @param {number} step @param {HTMLElement} card */
function toList(step, card) {
  const ways = walkable();
  const list = ways[ways.indexOf(listOf(card)) + step];
  if (list) go(isAlarm(list) || isAlarm(listOf(card)) ? shownIn(list)[0] : level(list, card));
}

/** @param {number} step @param {HTMLElement} card */
function along(step, card) {
  const cards = shownIn(listOf(card));
  const next = cards[cards.indexOf(card) + step];
  go(next);
  return next !== undefined;
}

// What was cancelled stands before the order of the rail.
const railOrder = () => [...lists.filter(isAlarm).flatMap(shownIn), ...inOrder()];

// `key` is an arrow, Home or End. The alarm lies above the columns and runs across.
/** @param {string} key */
export function walk(key) {
  const card = current();
  if (isRail()) return walkRail(key, card, railOrder());
  if (!card) return go(shownIn(walkable()[0] ?? lists[0])[0]);
  if (key === "Home" || key === "End") return go(shownIn(listOf(card)).at(key === "Home" ? 0 : -1));
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  const step = key === "ArrowDown" || key === (isRightToLeft ? "ArrowLeft" : "ArrowRight") ? 1 : -1;
  if (isAcross !== isAlarm(listOf(card))) return toList(step, card);
  const [first] = walkable();
  return along(step, card) || (step < 0 && isAlarm(first) && go(shownIn(first)[0]));
}

on("focusin", ({ target }) => {
  const card = target.closest(".card");
  const place = card && isRail() ? railOrder().indexOf(card) : -1;
  here = card && { card, list: listOf(card), index: shownIn(listOf(card)).indexOf(card), place };
});
// Moving the focus away unselects the card; losing it because the element was removed or hidden does not.
on("focusout", ({ target }) => queueMicrotask(() => {
  if (target.isConnected && target.checkVisibility() && isNowhere()) here = null;
}));
for (const [type, isKey] of /** @type {const} */ ([["keydown", true], ["pointerdown", false]])) {
  on(type, () => { usesKeys = isKey; }, { capture: true });
}

// Restores lost focus: to the card if only its control is gone, else to the card in its place, else to any other.
function keep() {
  if (!here || !usesKeys || !isNowhere()) return;
  // Not into a drawer, which would open over the board and have the keys for itself.
  if (here.card.isConnected && here.card.checkVisibility()) return go(here.card);
  if (here.place >= 0) {
    const staying = railOrder().filter((card) => card !== here?.card);
    return go(staying[Math.min(here.place, staying.length - 1)]);
  }
  const [cards, others] = [shownIn(here.list), walkable()];
  go(cards[Math.min(here.index, cards.length - 1)] ?? (others.length > 0 ? shownIn(/** @type {HTMLElement} */ (others.at(-1)))[0] : undefined));
}

onCards(keep);
// A form that was sent closes, and by the next frame the focus that was in it is lost.
for (const change of /** @type {const} */ (["tap:queued", "tap:undone"])) on(change, () => setTimeout(keep, 50));
