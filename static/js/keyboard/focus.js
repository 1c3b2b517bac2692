// Walking over the cards with the keyboard: one card is here, wherever it goes; when it goes for good, the next one.
import { onCards } from "../core/cards.js";

const lists = [...document.querySelectorAll(".cards")];
const isRightToLeft = document.documentElement.dir === "rtl";
let here = null;
let usesKeys = false;

const shownIn = (list) => [...list.children].filter((card) => card.checkVisibility());
const walkable = () => lists.filter((list) => shownIn(list).length > 0);
const isAlarm = (list) => list.closest(".alarm") !== null;

const isNowhere = () => document.activeElement === null || document.activeElement === document.body;

export const current = () => document.activeElement?.closest(".card") ?? (isNowhere() && here?.card.isConnected ? here.card : null);

export function go(card) {
  if (!card) return;
  for (const other of document.querySelectorAll('.card[tabindex="0"]')) other.tabIndex = -1;
  card.tabIndex = 0;
  card.focus();
}

function middle(card) {
  const { top, height } = card.getBoundingClientRect();
  return top + height / 2;
}

function level(list, card) {
  const height = middle(card);
  const far = (other) => Math.abs(middle(other) - height);
  return shownIn(list).reduce((best, each) => (far(each) < far(best) ? each : best));
}

function toList(step, card) {
  const ways = walkable();
  const list = ways[ways.indexOf(card.parentElement) + step];
  if (list) go(isAlarm(list) || isAlarm(card.parentElement) ? shownIn(list)[0] : level(list, card));
}

function along(step, card) {
  const cards = shownIn(card.parentElement);
  const next = cards[cards.indexOf(card) + step];
  go(next);
  return next !== undefined;
}

// `key` is an arrow, Home or End. The alarm lies above the columns and runs across.
export function walk(key) {
  const card = current();
  if (!card) return go(shownIn(walkable()[0] ?? lists[0])[0]);
  if (key === "Home" || key === "End") return go(shownIn(card.parentElement).at(key === "Home" ? 0 : -1));
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  const step = key === "ArrowDown" || key === (isRightToLeft ? "ArrowLeft" : "ArrowRight") ? 1 : -1;
  if (isAcross !== isAlarm(card.parentElement)) return toList(step, card);
  const [first] = walkable();
  return along(step, card) || (step < 0 && isAlarm(first) && go(shownIn(first)[0]));
}

document.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".card");
  here = card && { card, list: card.parentElement, index: shownIn(card.parentElement).indexOf(card) };
});
// Who leaves a card on purpose leaves it; where the focus only lost its ground, the card is still here.
document.addEventListener("focusout", ({ target }) => queueMicrotask(() => {
  if (target.isConnected && target.checkVisibility() && isNowhere()) here = null;
}));
for (const [type, isKey] of [["keydown", true], ["pointerdown", false]]) {
  document.addEventListener(type, () => { usesKeys = isKey; }, { capture: true });
}

// The control is gone: its card. The card is gone: the one that took its place, else any other.
function keep() {
  if (!here || !usesKeys || !isNowhere()) return;
  if (here.card.isConnected) return go(here.card);
  const [cards, others] = [shownIn(here.list), walkable()];
  go(cards[Math.min(here.index, cards.length - 1)] ?? (others.length > 0 ? shownIn(others.at(-1))[0] : null));
}

onCards(keep);
// A form that was sent folds itself up, and what stood in it has lost its ground by the next frame.
for (const change of ["tap:queued", "tap:undone"]) document.addEventListener(change, () => setTimeout(keep, 50));
