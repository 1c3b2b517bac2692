// How many cards of a column are late, at its head: a tap brings the first of those below what is seen into sight.
import { byId } from "../core/dom.js";
import { onCards } from "../core/cards.js";
import { number, say } from "../core/i18n.js";

const signs = [...document.querySelectorAll(".late-count")]
  .map((sign) => ({ sign, cards: byId(/** @type {string} */ (sign.getAttribute("aria-controls"))) }));
/** @param {HTMLElement} cards */
const lateIn = (cards) => [...cards.querySelectorAll('[data-time="late"]:not([data-hidden])')];

/** @param {{ sign: HTMLElement, cards: HTMLElement }} column */
function count({ sign, cards }) {
  const many = lateIn(cards).length;
  const said = many ? number(many) : "";
  if (sign.textContent === said) return;
  sign.textContent = said; // in words it would break the head into two lines, and move the cards
  sign.ariaLabel = `${said} ${say("late")}`;
  sign.hidden = many === 0;
}

/** @param {HTMLElement} cards */
function show(cards) {
  const { bottom } = /** @type {Element} */ (cards.parentElement).getBoundingClientRect();
  const late = lateIn(cards);
  (late.find((card) => card.getBoundingClientRect().bottom > bottom) ?? late[0])?.scrollIntoView({ block: "start" });
}

for (const column of signs) {
  const marks = new MutationObserver(() => count(column));
  marks.observe(column.cards, { subtree: true, attributeFilter: ["data-time", "data-hidden"] });
  column.sign.addEventListener("click", () => show(column.cards));
}
onCards(() => signs.forEach(count));
