// The ready orders that somebody has chosen, to give them to one rider.
import { numberOf, onCards } from "../core/cards.js";
import { byId, emit, on } from "../core/dom.js";
import { unsentOf } from "../taps/outbox.js";

const ready = byId("column-ready");
/** @type {Map<string, number>} */
const chosen = new Map(); // the numbers of their orders, the last chosen last
/** @type {Map<string, number>} */
const lost = new Map(); // what was chosen until somebody else was faster

// Not while it is being moved already.
/** @param {HTMLElement} card */
export const canBeChosen = (card) =>
  card.querySelector(".pick") !== null && card.dataset.hidden === undefined && !unsentOf(card.id).some(({ fields }) => fields.to);

// In the order in which they stand.
export const chosenCards = () => [...ready.children].filter(({ id }) => chosen.has(id));

// The card that was chosen last.
export const lastChosen = () => document.getElementById([...chosen.keys()].at(-1) ?? "");

// The numbers of what others took away, by the ids of the cards.
/** @type {() => ReadonlyMap<string, number>} */
export const lostOnes = () => lost;

// What a tap made here moves, or a filter hides, was not lost to anybody.
/** @param {string} id */
function isLost(id) {
  const card = document.getElementById(id);
  return card === null || (card.dataset.hidden === undefined && !unsentOf(id).some(({ fields }) => fields.to));
}

// What can no longer be chosen no longer is.
function settle() {
  for (const [id, number] of chosen) {
    const card = document.getElementById(id);
    if (card?.parentElement === ready && canBeChosen(card)) continue;
    chosen.delete(id);
    if (isLost(id)) lost.set(id, number);
  }
  for (const card of ready.children) {
    const pick = /** @type {HTMLButtonElement | null} */ (card.querySelector(".pick"));
    if (!pick) continue;
    pick.disabled = !canBeChosen(card);
    pick.setAttribute("aria-pressed", String(chosen.has(card.id)));
  }
  emit("chosen");
}

/** @param {HTMLElement} card */
function add(card) {
  chosen.set(card.id, numberOf(card));
  lost.delete(card.id);
}

/** @param {HTMLElement[]} cards */
export function choose(cards) {
  cards.forEach(add);
  settle();
}

export function chooseNone() {
  chosen.clear();
  lost.clear();
  settle();
}

on("click", ({ target }) => {
  const card = target.closest(".pick")?.closest(".card");
  if (!card) return;
  if (!chosen.delete(card.id)) add(/** @type {HTMLElement} */ (card));
  settle();
});
on("filtered", settle);
on("taps", settle);
onCards(settle);
