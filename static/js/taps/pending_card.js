// What a card shows of its taps: the undo that counts down, what waits to be sent, and the moves that come after it.
import { make, on } from "../core/dom.js";
import { alter, lookOf, takeOff } from "./overlay.js";
import { addressOf } from "../core/cards.js";
import { COVER, UNCOVER, afterSwap, beforeSwap } from "../live/swap_pipeline.js";
import { expected, isUndoable, kindOf, unsent, unsentOf } from "./outbox.js";
import { chain } from "./next_moves.js";
import { takeBack } from "./queue.js";
import { whatHinders } from "./sender.js";
import { isolated, locale, say } from "../core/i18n.js";
import { now } from "../core/server_time.js";

/** @typedef {import("./overlay.js").Changes} Changes */

const SOON = 700; // milliseconds: a tap answered sooner is not shown as waiting
const DOUBLE = 300; // milliseconds: a second tap so soon is the same tap
const list = new Intl.ListFormat(locale(), { type: "unit" });
/** @type {Set<string>} */
const shown = new Set();
/** @type {Map<HTMLButtonElement, Tap>} */
const counting = new Map();
/** @type {{ card: string, at: number, kind: string } | null} */
let latest = null;

/** @param {Tap} entry */
export const isLate = (entry) =>
  !isUndoable(entry) && (whatHinders() !== "" || entry.tries > 1 || Math.min(now() - entry.at, Date.now() - entry.due) > SOON);

/** @param {HTMLElement} card */
const buttonsOf = (card) => [.../** @type {NodeListOf<HTMLButtonElement>} */ (card.querySelectorAll("button[name]"))];
/** @param {HTMLElement} button */
const lineOf = (button) => button.closest("[data-line]")?.dataset.line;
/** @param {HTMLButtonElement} button @returns {Wish} */
const fieldsOf = (button) => ({ [button.name]: button.value, line: lineOf(button) });

/** @param {HTMLElement} card @param {Pick<Tap, 'url' | 'fields'>} tap */
function buttonOf(card, { url, fields }) {
  return buttonsOf(card).find((button) =>
    addressOf(button) === url && fields[button.name] === button.value && lineOf(button) === fields.line);
}

/** @param {Changes} changes @param {HTMLElement} card @param {Pick<Tap, 'url' | 'fields'>} tap */
function mark(changes, card, { url, fields }) {
  const button = buttonOf(card, { url, fields });
  const line = button?.closest("[data-line]");
  if (!button) return;
  if (!line) {
    changes.set(button, "aria-disabled", "true");
    return;
  }
  const isStruck = fields.act === "strike";
  changes.set(line, "data-done", isStruck ? "" : null);
  changes.set(line, "data-pending", "");
  changes.set(button, "value", isStruck ? "unstrike" : "strike");
  changes.set(button, "aria-pressed", String(isStruck));
}

/** @param {Tap} tap */
const undoWords = ({ due }) => say("Undo · %(seconds)s s", { seconds: Math.max(1, Math.ceil((due - Date.now()) / 1000)) });

/** @param {Changes} changes @param {HTMLElement} card */
function ownButton(changes, card) {
  const button = make("button", { className: "unsent" });
  changes.insert(button, card.querySelector(".move, .despite, .acts") ?? card);
  button.scrollIntoView({ block: "nearest" });
  return button;
}

/** @param {Changes} changes @param {HTMLElement} card @param {Tap} entry */
function offerUndo(changes, card, entry) {
  const button = buttonOf(card, entry);
  const shownButton = button && !button.closest("details") ? button : ownButton(changes, card);
  for (const other of buttonsOf(card)) if (other !== shownButton) changes.set(other, "aria-disabled", "true");
  changes.write(shownButton, undoWords(entry));
  changes.set(shownButton, "aria-disabled", null);
  changes.set(shownButton, "data-undoing", entry.id);
  changes.set(shownButton, "formnovalidate", "");
  counting.set(shownButton, entry);
}

/** @param {Changes} changes @param {HTMLElement} card @param {Tap[]} entries */
function sayWaiting(changes, card, entries) {
  const textContent = say("Waits to be sent: %(taps)s", { taps: isolated(list.format(entries.map(({ label }) => label))) });
  changes.insert(make("p", { className: "unsent", textContent }), card);
}

// Right after a tap, disables the buttons of its kind, also one that has just replaced the tapped one.
/** @param {Changes} changes @param {HTMLElement} card */
function keepStill(changes, card) {
  for (const button of buttonsOf(card)) {
    if (kindOf(fieldsOf(button)) === latest?.kind) changes.set(button, "aria-disabled", "true");
  }
}

/** @param {HTMLElement} card @param {boolean} isChained */
function refocus(card, isChained) {
  const next = isChained ? card.querySelector("button.move:not([hidden])") : null;
  (card.querySelector("[data-undoing]") ?? next ?? card).focus();
}

// Leaves a card alone that would look the same, so that no button is replaced under a finger.
/** @param {HTMLElement} card */
function show(card) {
  const entries = unsentOf(card.id);
  const held = entries.find(isUndoable);
  const late = entries.filter(isLate);
  const isStill = latest?.card === card.id && now() - latest.at < DOUBLE;
  const look = JSON.stringify([entries.map(({ id }) => id), held?.id, whatHinders(), late.map(({ id }) => id), isStill]);
  if (lookOf(card) === look) return;
  const hadFocus = card.contains(document.activeElement);
  takeOff(card);
  const changes = alter(card, look);
  for (const entry of entries) mark(changes, card, entry);
  if (held) offerUndo(changes, card, held);
  else if (late.length > 0) {
    chain(changes, card, entries, expected(card.id).status);
    sayWaiting(changes, card, late);
  }
  if (isStill) keepStill(changes, card);
  const hasFocus = card.contains(document.activeElement) && document.activeElement?.checkVisibility();
  if (hadFocus && !hasFocus) refocus(card, late.length > 0);
}

function showAll() {
  for (const button of counting.keys()) if (!button.isConnected || !button.dataset.undoing) counting.delete(button);
  for (const id of new Set([...shown, ...unsent().map(({ card }) => card)])) {
    const card = document.getElementById(id);
    if (card) show(card);
  }
  shown.clear();
  for (const { card } of unsent()) shown.add(card);
  if (latest) shown.add(latest.card);
}

function count() {
  if (unsent().length > 0) showAll();
  for (const [button, entry] of counting) {
    if (button.dataset.undoing && button.textContent !== undoWords(entry)) button.textContent = undoWords(entry);
  }
}

// Takes our changes off the cards that a swap is about to change: its steps expect them as the server made them.
beforeSwap(UNCOVER, ({ tasks }) => {
  /** @type {(card: HTMLElement) => (task: SwapTask) => boolean | undefined} */
  const touches = (card) => ({ target, swapSpec }) =>
    swapSpec?.card === card.id || target === card || (swapSpec?.style === "innerHTML" && target?.contains?.(card));
  for (const id of shown) {
    const card = document.getElementById(id);
    if (card && tasks.some(touches(card))) takeOff(card);
  }
});
afterSwap(COVER, showAll);
on("taps", showAll);
on("tap:queued", ({ detail: { card, fields, at } }) => {
  latest = { card, at, kind: kindOf(fields) };
  setTimeout(showAll, DOUBLE + 1);
});
on("undo:asked", () => {
  const entry = unsent().findLast(isUndoable);
  if (entry) takeBack(entry.id);
});
// Escape first takes back the last tap that can be undone, unless a form of another card, a dialog or a drawer is in use.
addEventListener("keydown", (event) => {
  const entry = unsent().findLast(isUndoable);
  const typing = /** @type {Element} */ (event.target).closest?.(".card details[open], dialog[open]");
  if (event.key !== "Escape" || !entry || document.querySelector("[popover]:not(.card):popover-open") || (typing && typing.closest(".card")?.id !== entry.card)) return;
  event.preventDefault();
  event.stopPropagation();
  takeBack(entry.id);
}, { capture: true });
setInterval(count, 250);
showAll();
