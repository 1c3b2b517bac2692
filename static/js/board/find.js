// Finding an order on this board, on whatever page or in whatever drawer of it: by its number, a name or a platform's code.
import { bringUp, go, numberOf } from "../core/cards.js";
import { western } from "../core/digits.js";
import { make, on, write } from "../core/dom.js";
import { number, say } from "../core/i18n.js";
import { makePanel } from "../core/panel.js";

const MOST = 8; // found ones that are listed
const label = make("label", { textContent: `${say("Number, name or code")} ` });
const field = make("input", { type: "text", autocomplete: "off", maxLength: 40 });
const found = make("ol", { className: "found" });
const said = make("output", { className: "problem" });
const close = make("button", { type: "button", textContent: say("Close") });
label.append(field);
const { panel, form } = makePanel(
  "find", say("Find an order"), label, found, said, make("button", { className: "primary", textContent: say("Find") }), close,
);

/** @param {HTMLElement} card @param {string} selector */
const textIn = (card, selector) => card.querySelector(selector)?.textContent.trim() ?? "";
/** @param {HTMLElement} card */
const titleOf = (card) => /** @type {Text} */ (card.closest("[data-column]")?.querySelector("h2")?.firstChild).data.trim();

// The best first: that number, numbers that begin so, then names and codes.
function matches() {
  const typed = field.value.trim().toLocaleLowerCase();
  if (!typed) return [];
  const digits = `${western(typed)}`;
  /** @param {HTMLElement} card */
  const rank = (card) => {
    const own = `${numberOf(card)}`;
    if (own === digits) return 0;
    if (own.startsWith(digits)) return 1;
    const words = `${textIn(card, ".customer")} ${textIn(card, ".reference")} ${textIn(card, ".table")}`;
    return words.toLocaleLowerCase().includes(typed) ? 2 : 3;
  };
  const ranked = [...document.querySelectorAll(".card")].map((card) => ({ card, at: rank(card) })).filter(({ at }) => at < 3);
  return ranked.sort((one, other) => one.at - other.at || numberOf(one.card) - numberOf(other.card)).map(({ card }) => card);
}

/** @param {HTMLElement | undefined} card */
function choose(card) {
  if (!card) return write(said, say("There is no such order on the board."));
  if (card.dataset.hidden !== undefined) return write(said, say("Order %(number)s is hidden by the filters.", { number: numberOf(card) }));
  panel.close();
  if (bringUp(card)) go(card);
}

/** @param {HTMLElement} card */
function row(card) {
  const item = document.createElement("li");
  const button = make("button", { type: "button" });
  const rest = [titleOf(card), textIn(card, ".customer"), textIn(card, ".reference")].filter(Boolean);
  button.append(make("b", { textContent: number(numberOf(card)) }), " ", rest.join(" · "));
  button.addEventListener("click", () => choose(card));
  item.append(button);
  return item;
}

function show() {
  write(said, "");
  found.replaceChildren(...matches().slice(0, MOST).map(row));
}

field.addEventListener("input", show);
close.addEventListener("click", () => panel.close());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  choose(matches()[0]);
});
on("find:open", () => {
  panel.showModal();
  field.select();
  show();
});
