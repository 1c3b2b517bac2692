// The rail: open tickets in the order in which they must be begun, packed into pages that fill the screen. The cards
// stay in the columns that the server knows; here they are only given a place.
import { inOrder, isRail, numberOf, onCards } from "../core/cards.js";
import { byId, on, one, write } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { density } from "../board/look.js";
import { fold } from "./folding.js";
import { forgetHeights, linesOf, measured } from "./measuring.js";
import { packPage } from "./packing.js";
import { showPaging } from "./paging.js";
import { whenStill } from "../core/stillness.js";
import { hasMoved } from "../taps/slides.js";

/** @typedef {import("./packing.js").Place} Place */

const MOST_COLUMNS = 6;
const BUTTON = 36; // pixels that a fold takes
/** @type {Record<string, number>} */
const LINES = { compact: 14, normal: 12, large: 8 }; // of a ticket before it folds
const rail = one(document, "main.columns");
const passing = one(rail, "[data-passing]");
const none = one(rail, ".rail-empty");
const nothing = none.textContent;
const isRightToLeft = document.documentElement.dir === "rtl";
let page = 0;
/** @type {ReturnType<typeof roomOf> | null} */
let room = null; // until the screen, or the density, is another one
/** @type {Set<HTMLElement>} */
let placed = new Set();
/** @type {HTMLElement[]} */
let cards = [];

function roomOf() {
  const style = getComputedStyle(rail);
  const [gap, narrowest] = ["--gap", "--narrowest"].map((name) => Number.parseFloat(style.getPropertyValue(name)) * 16);
  const inside = rail.clientWidth - gap;
  const columns = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(inside / (narrowest + gap))));
  const width = Math.floor(inside / columns) - gap;
  return { columns, width, gap, height: rail.clientHeight - gap, fold: LINES[/** @type {string} */ (density())], button: BUTTON };
}

/** @param {HTMLElement} card @param {string} name @param {string} value */
function set(card, name, value) {
  if (card.style.getPropertyValue(name) !== value) card.style.setProperty(name, value);
}

// Its place on the page, counted from 1, and the keys that a bump bar has for it.
/** @param {HTMLElement} card @param {number} at */
function mark(card, at) {
  if (card.dataset.spot !== `${at}`) Object.assign(card.dataset, { spot: at, key: at < 10 ? `${at}` : `0${at - 10}` });
}

/** @param {HTMLElement} card @param {Place} place @param {number} at @param {ReturnType<typeof roomOf>} room */
function put(card, { column, y, lines }, at, { width, gap }) {
  const x = gap + column * (width + gap);
  const there = `${isRightToLeft ? -x : x}px ${y + gap}px`;
  const isElsewhere = card.style.translate !== there;
  if (!card.dataset.spot) delete card.dataset.slides; // what comes is there at once
  else if (isElsewhere) {
    card.dataset.slides = "";
    hasMoved(card);
  }
  if (isElsewhere) card.style.translate = there; // not by a property that all its lines would inherit
  mark(card, at);
  fold(card, lines);
}

/** @param {HTMLElement} card */
function remove(card) {
  delete card.dataset.spot;
  for (const name of ["translate", "order"]) card.style.removeProperty(name);
}

/** @param {Set<HTMLElement>} shown */
function keepOnly(shown) {
  for (const card of placed) if (!shown.has(card)) remove(card);
  placed = shown;
}

// The page `last`, or the first that has a ticket of which `isSought` says yes, or the last one that there is. Pages
// after it are not packed: nobody has to measure what is not shown.
/** @param {ReturnType<typeof roomOf>} place @param {number} last @param {(card: HTMLElement) => boolean} isSought */
function pack(place, last, isSought = () => false) {
  for (let number = 0, from = 0; ; number += 1) {
    const places = packPage(from, cards.length, (index) => measured(cards, index), place);
    const next = from + places.length;
    const isHere = number >= last || cards.slice(from, next).some(isSought);
    if (isHere || next >= cards.length) return { number, from, places };
    from = next;
  }
}

// A narrow screen has one column: the rail scrolls.
/** @param {ReturnType<typeof roomOf>} room */
function scroll({ fold: most }) {
  cards.forEach((card, place) => {
    card.style.removeProperty("translate");
    set(card, "order", `${place}`);
    mark(card, place + 1);
    const lines = linesOf(card).length;
    fold(card, card.dataset.held !== undefined ? 0 : lines <= most + 2 ? lines : most);
  });
  keepOnly(new Set(cards));
  showPaging({ cards, from: 0, shown: cards.length, page: 0 });
}

// Who has nothing to begin wants to know when the next order comes by itself.
function sayNone() {
  const next = document.querySelector("#later .card");
  const begins = next?.querySelector(".begins")?.textContent;
  write(none, begins ? `${nothing} · ${say("Next: %(number)s, %(begins)s", { number: numberOf(next), begins })}` : nothing);
}

/** @param {(card: HTMLElement) => boolean} [isSought] */
function arrange(isSought) {
  cards = inOrder();
  const now = (room ??= roomOf());
  rail.toggleAttribute("data-none", cards.length === 0);
  if (cards.length === 0) sayNone();
  rail.toggleAttribute("data-scrolls", now.columns === 1);
  set(rail, "--wide", `${now.width}px`);
  if (now.columns === 1) return scroll(now);
  const { number, from, places } = pack(now, isSought ? Infinity : page, isSought);
  page = number;
  const shown = cards.slice(from, from + places.length);
  shown.forEach((card, index) => put(card, places[index], index + 1, now));
  keepOnly(new Set(shown));
  showPaging({ cards, from, shown: shown.length, page });
}

function follow() {
  if (isRail()) whenStill(() => { if (isRail()) arrange(); });
}

// What somebody asks for is done at once.
/** @param {number} step */
function turn(step) {
  page = Math.max(0, page + step);
  arrange();
}

/** @param {(card: HTMLElement) => boolean} isSought */
function goTo(isSought) {
  if (!isRail()) return;
  arrange(isSought);
  cards.find(isSought)?.scrollIntoView({ block: "nearest" });
}

function forgetRoom() {
  room = null;
  forgetHeights();
}

function look() {
  passing.popover = isRail() ? "auto" : null;
  forgetRoom();
  keepOnly(new Set());
  if (isRail()) arrange();
}

// The states' words are the columns' titles; a head takes them from there.
for (const column of rail.querySelectorAll("[data-column]")) {
  const word = /** @type {Text} */ (one(column, "h2").firstChild).data.trim();
  rail.style.setProperty(`--word-${column.dataset.column}`, JSON.stringify(word));
}
byId("page-first").addEventListener("click", () => turn(-page));
byId("page-before").addEventListener("click", () => turn(-1));
byId("page-next").addEventListener("click", () => {
  if (rail.hasAttribute("data-scrolls")) rail.scrollBy({ top: rail.clientHeight * 0.9, behavior: "smooth" });
  else turn(1);
});
// The first new one after this page, or else the first of all.
byId("to-new").addEventListener("click", () => {
  const fresh = cards.filter(({ dataset }) => dataset.status === "pending");
  const last = cards.findLastIndex((card) => placed.has(card));
  const next = fresh.find((card) => cards.indexOf(card) > last) ?? fresh[0];
  goTo((card) => card === next);
});
rail.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "closed" && /** @type {Element} */ (target).matches(".card")) follow();
}, { capture: true });
on("look", look);
on("filtered", () => { forgetHeights(); follow(); });
look();
onCards(follow);
on("card:sought", ({ detail }) => {
  const drawer = /** @type {HTMLElement | null} */ (detail.closest("[popover]:not(.card)"));
  if (drawer) drawer.showPopover();
  else goTo((card) => card === detail);
});
new ResizeObserver(() => { forgetRoom(); follow(); }).observe(rail);
