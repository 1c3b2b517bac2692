// How the board shows what nobody has taken notice of: marks on cards, and a line in the bar whose place is fixed.
import { byId, make } from "../core/dom.js";
import { locale, number, say } from "../core/i18n.js";

const list = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
const bar = byId("alerts");
const heard = byId("heard");

/** @typedef {{ kind: string, number: number }} Alert */

/** @type {Alert[]} */
let shown = [];
const MOST_NAMED = 2; // more are counted: what does not fit would be acknowledged unseen

const FORMS = ["named", "counted", "signs", "small"];

export const LOUDEST_FIRST = ["cancelled", "unshown", "late", "new", "changed"];

/** @param {string} kind */
function word(kind) {
  if (kind === "cancelled") return say("Cancelled");
  if (kind === "unshown") return say("On no screen");
  if (kind === "late") return say("Late");
  return kind === "new" ? say("New") : say("Changed");
}

// The card of an order bears the kind of its news, or (undefined) none.
/** @param {string} id @param {string | undefined} kind */
export function mark(id, kind) {
  const card = document.getElementById(id);
  if (!card || card.dataset.news === kind) return;
  if (kind) Object.assign(card.dataset, { news: kind, newsSaid: word(kind) });
  else for (const name of ["news", "newsSaid"]) delete card.dataset[name];
}

/** @param {string} kind @param {number[]} numbers @param {string} form */
function line(kind, numbers, form) {
  const part = document.createElement("span");
  part.dataset.kind = kind;
  const count = `${form === "small" ? "" : "×"}${number(numbers.length)}`;
  part.append(make("b", { textContent: word(kind) }), ` ${form === "named" ? list.format(numbers.map(number)) : count}`);
  return part;
}

const isCut = () => bar.scrollWidth > bar.clientWidth || bar.scrollHeight > bar.clientHeight;

// What does not fit is said shorter, and never cut: numbers and words, counts and words, counts and signs.
function fit() {
  const kinds = LOUDEST_FIRST.filter((kind) => shown.some((each) => each.kind === kind));
  const numbers = kinds.map((kind) => shown.filter((each) => each.kind === kind).map((each) => each.number));
  const areFew = numbers.every(({ length }) => length <= MOST_NAMED); // a count beside a number would be taken for one
  for (const form of areFew ? FORMS : FORMS.slice(1)) {
    bar.dataset.form = form;
    bar.replaceChildren(...kinds.map((kind, place) => line(kind, numbers[place], form)));
    if (!isCut()) break;
  }
  heard.hidden = kinds.every((kind) => kind === "cancelled");
  document.body.dataset.alert = kinds[0] ?? "";
}

// `waiting` are {kind, number} of every order with news.
/** @param {Alert[]} waiting */
export function show(waiting) {
  shown = waiting;
  fit();
}

new ResizeObserver(fit).observe(bar);
document.fonts.ready.then(fit);
