// A bump bar at the rail: a digit is the ticket at that place of the page, and moves it on; 0 and a digit are the places
// from 10 on. Other keys are what this tablet has learnt (see bump_panel.js). While a key waits for the next one nothing
// moves.
import { advance, onCard } from "./card_keys.js";
import { inOrder, isRail } from "../core/cards.js";
import { byId, emit } from "../core/dom.js";

const KEPT = "bump-bar";
const WAITS = 3000; // milliseconds for the key that belongs to it
const HOLDS = 500; // milliseconds: how often the rail is asked to hold still meanwhile
const page = document.documentElement;

/** @typedef {"done" | "undo" | "recall" | "page" | "first" | "rush" | "allday"} Act */

// The key of each act, by what it is called in `KeyboardEvent.code`; null where no bump bar was set up.
/** @returns {Partial<Record<Act, string>> | null} */
export const learnt = () => JSON.parse(localStorage.getItem(KEPT) ?? "null");

/** @param {Partial<Record<Act, string>> | null} keys */
export function keep(keys) {
  if (keys) localStorage.setItem(KEPT, JSON.stringify(keys));
  else localStorage.removeItem(KEPT);
  page.toggleAttribute("data-bump", keys !== null);
}

let waiting = ""; // `rush`, `0`, or both
let end = 0;
let hold = 0;

function forget() {
  waiting = "";
  clearTimeout(end);
  clearInterval(hold);
  delete page.dataset.waiting;
}

/** @param {string} what */
function wait(what) {
  forget();
  waiting = what;
  page.dataset.waiting = what;
  emit("still:asked");
  hold = setInterval(() => emit("still:asked"), HOLDS);
  end = setTimeout(forget, WAITS);
}

/** @param {number} place */
const at = (place) => document.querySelector(`.columns .card[data-spot="${place}"]`);

/** @param {HTMLElement | null} card @param {boolean} isRush */
function press(card, isRush) {
  if (card && isRush) onCard(card, "r");
  else if (card) advance(card);
}

/** @param {string} digit */
function place(digit) {
  const isRush = waiting.includes("rush");
  if (digit === "0" && !waiting.endsWith("0")) return wait(`${isRush ? "rush" : ""}0`);
  const card = at(Number(digit) + (waiting.endsWith("0") ? 10 : 0));
  forget();
  press(card, isRush);
}

function toFirst() {
  const [first] = inOrder();
  if (first) emit("card:sought", first);
}

function turn() {
  const next = byId("page-next");
  if (next.hidden) toFirst();
  else next.click();
}

/** @type {Record<Act, () => void>} */
const DOES = {
  done: () => press(document.activeElement?.closest(".card") ?? at(1), false),
  undo: () => emit("undo:asked"),
  recall: () => byId("ready-toggle").click(),
  page: turn,
  first: toFirst,
  rush: () => wait("rush"),
  allday: () => byId("allday-toggle").click(),
};

// Whether the key was one of the bump bar's; `letter` is what is printed on it.
/** @param {KeyboardEvent} event @param {string} letter */
export function bump({ code }, letter) {
  const keys = isRail() ? learnt() : null;
  if (!keys) return false;
  const [act] = /** @type {[Act, string][]} */ (Object.entries(keys)).find(([, key]) => key === code) ?? [];
  if (act) DOES[act]();
  else if (/^[0-9]$/.test(letter)) place(letter);
  else return false;
  return true;
}

page.toggleAttribute("data-bump", learnt() !== null);
