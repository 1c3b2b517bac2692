// What the screen does not show, said at its foot: how many tickets are on the other pages, how many of them late or new.
import { byId, on, one, write } from "../core/dom.js";
import { number, say, sayMany } from "../core/i18n.js";

/** @typedef {{ cards: HTMLElement[], from: number, shown: number, page: number }} Shown */

const rail = one(document, "main.columns");
const [first, before, next, said, toNew] = ["page-first", "page-before", "page-next", "page", "to-new"].map(byId);
const [open, overdue] = byId("counts").children;
/** @type {Shown} */
let last = { cards: [], from: 0, shown: 0, page: 0 };

// Asked of all cards whenever one moves: `dataset` would take several times as long.
/** @param {HTMLElement} card */
const isLate = (card) => card.getAttribute("data-time") === "late";
/** @param {HTMLElement} card */
const isNew = (card) => card.getAttribute("data-status") === "pending";

// What lies below on a screen that scrolls.
function below() {
  const { bottom } = rail.getBoundingClientRect();
  return last.cards.filter((card) => card.getBoundingClientRect().top > bottom - 70);
}

// How many of them are late, and new; `said` is what is said of all.
/** @param {string} said @param {HTMLElement[]} rest */
function withAlarms(said, rest) {
  const [late, fresh] = [rest.filter(isLate).length, rest.filter(isNew).length];
  const parts = [said];
  if (late) parts.push(`▲ ${sayMany("%(num)s late", "%(num)s late", late)}`);
  if (fresh) parts.push(sayMany("%(num)s new", "%(num)s new", fresh));
  return parts.join(" · ");
}

function show() {
  const { cards, from, shown, page } = last;
  const scrolls = rail.hasAttribute("data-scrolls");
  const rest = scrolls ? below() : cards.slice(from + shown);
  write(next, rest.length ? withAlarms(sayMany("%(num)s more", "%(num)s more", rest.length), rest) : "");
  next.hidden = rest.length === 0;
  const passed = cards.slice(0, from);
  write(before, from ? withAlarms(number(from), passed) : "");
  before.hidden = from === 0;
  first.hidden = page < 2;
  if (from) before.ariaLabel = withAlarms(say("Back: %(amount)s before", { amount: from }), passed);
  write(said, page || rest.length ? number(page + 1) : "");
  said.hidden = scrolls;
  const [fresh, late] = [cards.filter(isNew).length, cards.filter(isLate).length];
  write(toNew, sayMany("%(num)s new", "%(num)s new", fresh));
  toNew.hidden = fresh === 0;
  write(open, sayMany("%(num)s open", "%(num)s open", cards.length));
  write(overdue, late ? `▲ ${sayMany("%(num)s late", "%(num)s late", late)}` : "");
}

/** @param {Shown} shown */
export function showPaging(shown) {
  last = shown;
  show();
}

let isWaiting = false;
function soon() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => { isWaiting = false; show(); });
}

rail.addEventListener("scroll", soon, { passive: true });
// A ticket becomes late where it stands.
new MutationObserver(soon).observe(rail, { subtree: true, attributeFilter: ["data-time"] });
on("look", soon);
