// The ready orders that somebody has chosen, to give them to one rider.
import { onCards } from "../core/cards.js";
import { byId, emit, on } from "../core/dom.js";
import { unsentOf } from "../taps/outbox.js";

const ready = byId("column-ready");
/** @type {Set<string>} */
const chosen = new Set();

// Not while it is being moved already.
/** @param {HTMLElement} card */
export const canBeChosen = (card) =>
  card.querySelector(".pick") !== null && card.dataset.hidden === undefined && !unsentOf(card.id).some(({ fields }) => fields.to);

// In the order in which they stand.
export const chosenCards = () => [...ready.children].filter(({ id }) => chosen.has(id));

// What can no longer be chosen no longer is: somebody else may have been faster.
function settle() {
  for (const card of ready.children) {
    const pick = /** @type {HTMLButtonElement | null} */ (card.querySelector(".pick"));
    if (!canBeChosen(card)) chosen.delete(card.id);
    if (!pick) continue;
    pick.disabled = !canBeChosen(card);
    pick.setAttribute("aria-pressed", String(chosen.has(card.id)));
  }
  for (const id of chosen) if (document.getElementById(id)?.parentElement !== ready) chosen.delete(id);
  emit("chosen");
}

/** @param {HTMLElement[]} cards */
export function choose(cards) {
  for (const { id } of cards) chosen.add(id);
  settle();
}

export function chooseNone() {
  chosen.clear();
  settle();
}

on("click", ({ target }) => {
  const card = target.closest(".pick")?.closest(".card");
  if (!card) return;
  if (!chosen.delete(card.id)) chosen.add(card.id);
  settle();
});
on("filtered", settle);
on("taps", settle);
onCards(settle);
