// Finding an order on this board, on whatever page or in whatever drawer of it: by its number, a name or a platform's
// code. What has left it in the last hours the server lists: its story can be read, and it can be called back.
import { bringUp, go, numberOf } from "../core/cards.js";
import { western } from "../core/digits.js";
import { make, on, one, write } from "../core/dom.js";
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

const left = make("section", {}); // outside of the form: what is called back has a form of its own
panel.append(left);

/** @param {HTMLElement} card @param {string} selector */
const textIn = (card, selector) => card.querySelector(selector)?.textContent.trim() ?? "";
/** @param {HTMLElement} card */
const titleOf = (card) => /** @type {Text} */ (card.closest("[data-column]")?.querySelector("h2")?.firstChild).data.trim();

// How well it is what was typed: its number, a number that begins so, a name or a code; 3: it is not.
/** @param {HTMLElement} card */
function rank(card) {
  const typed = field.value.trim().toLocaleLowerCase();
  const own = `${numberOf(card)}`;
  const digits = `${western(typed)}`;
  if (own === digits) return 0;
  if (own.startsWith(digits)) return 1;
  const words = `${textIn(card, ".customer")} ${textIn(card, ".reference")} ${textIn(card, ".table")}`;
  return words.toLocaleLowerCase().includes(typed) ? 2 : 3;
}

// Those on the board, the best first.
function matches() {
  if (!field.value.trim()) return [];
  const ranked = [...document.querySelectorAll(".card:not(.left)")].map((card) => ({ card, at: rank(card) })).filter(({ at }) => at < 3);
  return ranked.sort((one, other) => one.at - other.at || numberOf(one.card) - numberOf(other.card)).map(({ card }) => card);
}

/** @returns {HTMLElement[]} */
const leftOnes = () => [...left.querySelectorAll(".left")];

/** @param {HTMLElement | undefined} card */
function choose(card) {
  const [first] = leftOnes().filter((each) => !each.hidden);
  if (!card && field.value.trim() && first) return one(first, "[data-story]").click();
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
  found.replaceChildren(...matches().slice(0, MOST).map(row));
  for (const card of leftOnes()) card.hidden = field.value.trim() !== "" && rank(card) > 2;
}

// What is on the board by now is not listed twice.
async function list() {
  const answer = await fetch(`${location.pathname}/recent?language=${document.body.dataset.language}`);
  if (!answer.ok) throw new DOMException("recent", "NetworkError");
  const part = document.createRange().createContextualFragment(await answer.text());
  for (const card of part.querySelectorAll(".left")) if (document.getElementById(card.id)) card.remove();
  left.replaceChildren(part);
  show();
}

function search() {
  write(said, "");
  show();
}

field.addEventListener("input", search);
close.addEventListener("click", () => panel.close());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  choose(matches()[0]);
});
on("find:open", () => {
  panel.showModal();
  field.select();
  left.replaceChildren();
  search();
  list().catch(() => left.replaceChildren(make("p", { className: "muted", textContent: say("What has left the board is listed once you are online.") })));
});
