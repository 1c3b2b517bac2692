// What happens to cards, told once as `card:news`: what is new, moved, changed, cancelled, late or gone; and by whom.
import { emit, on } from "../core/dom.js";
import { numberOf, onCards } from "../core/cards.js";
import { inNextTask } from "../core/tasks.js";
import { now } from "../core/server_time.js";

/** @typedef {ReturnType<typeof picture>} Picture */

const OWN_FOR = 3000; // milliseconds: the answer to a tap and the push of it may come in either order
/** @type {Map<string, Picture>} */
const known = new Map();
/** @type {Map<string, number>} */
const own = new Map();

// What others may have done to an order without moving it. Lines struck off are work, not news.
/** @param {HTMLElement} card */
function facts(card) {
  const { rush, held, rider } = card.dataset;
  const notes = [...card.querySelectorAll(".note, .held, .changed")].map(({ textContent }) => textContent.trim());
  return JSON.stringify([rush, held, rider, notes]);
}

/** @param {HTMLElement} card */
const picture = (card) => ({
  number: numberOf(card),
  status: card.dataset.status,
  facts: facts(card),
  isLate: card.querySelector('[data-timer="late"]') !== null,
  // Cards in slim (coming) and passing columns are on the board for information only.
  isAside: card.matches(".slim") || card.closest("[data-passing]") !== null,
  goneAt: Number(card.dataset.goneAt),
});

// Moves of one's own are no news: from the tap on, and a little longer, for its push may come late.
/** @param {string} id */
function isOwn(id) {
  const until = own.get(id) ?? 0;
  if (until <= now()) own.delete(id);
  return until > now();
}

/** @param {string} kind @param {string} id @param {Picture} last */
function tell(kind, id, { number, status }) {
  const isShown = document.getElementById(id)?.dataset.hidden === undefined;
  emit("card:news", { kind, id, number, status, isOwn: isOwn(id), isShown });
}

/** @param {Picture | undefined} before @param {Picture} after */
function kindOf(before, after) {
  if (before?.status !== after.status && after.status === "cancelled") return "cancelled";
  if ((before?.isAside ?? true) && !after.isAside) return "new";
  if (before === undefined) return "coming";
  if (before.status !== after.status) return "moved";
  return before.facts === after.facts ? null : "changed";
}

/** @param {HTMLElement} card */
function look(card) {
  const [before, after] = [known.get(card.id), picture(card)];
  known.set(card.id, after);
  const kind = kindOf(before, after);
  if (kind) tell(kind, card.id, after);
  if (after.isLate && !before?.isLate) tell("late", card.id, after);
  if (!after.isLate && before?.isLate) tell("in time", card.id, after);
}

/** @param {string} id */
function miss(id) {
  const last = known.get(id);
  known.delete(id);
  if (last) tell(last.goneAt <= now() ? "expired" : "gone", id, last);
}

// Cards that the page came with are no news; one opened without the server has its last cards at `kept:shown`.
export const begun = document.body.dataset.kept === undefined ? Promise.resolve()
  : new Promise((shown) => { on("kept:shown", shown, { once: true }); });
let hasBegun = false;
begun.then(() => { hasBegun = true; });
// News are told in a task of their own: the card is shown sooner, and heard no later.
onCards((cards, left) => {
  if (hasBegun) {
    inNextTask(() => {
      cards.filter(({ isConnected }) => isConnected).forEach(look);
      left.forEach(miss);
    });
    return;
  }
  for (const card of cards) known.set(card.id, picture(card));
  for (const id of left) known.delete(id);
});
// A timer turns, or is put there anew because a target has changed.
/** @param {MutationRecord} change */
const isTimer = ({ type, addedNodes }) =>
  type === "attributes" || [...addedNodes].some((node) => node instanceof HTMLElement && node.dataset.timer);
const timers = new MutationObserver((changes) => {
  const cards = new Set(changes.filter(isTimer).map(({ target }) => /** @type {Element} */ (target).closest(".card")));
  for (const card of cards) if (card?.isConnected) look(card);
});
for (const column of document.querySelectorAll(".cards")) {
  timers.observe(column, { subtree: true, childList: true, attributeFilter: ["data-timer"] });
}

on("tap:queued", ({ detail: { card } }) => own.set(card, Infinity));
on("tap:sent", ({ detail: { card } }) => own.set(card, now() + OWN_FOR));
for (const end of /** @type {const} */ (["tap:undone", "tap:refused"])) on(end, ({ detail: { card } }) => own.delete(card));
