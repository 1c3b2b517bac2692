// The list of keys, and the search for a number: two panels that open by a key.
import { byId, make, on, one } from "../core/dom.js";
import { bringUp, go, numberOf } from "../core/cards.js";
import { western } from "../core/digits.js";
import { say } from "../core/i18n.js";

const finder = /** @type {HTMLDialogElement} */ (byId("find"));
const field = one(finder, "input");
const said = one(finder, "output");
const OFF = "keys-off";
/** @type {[string[], string][]} */
const KEYS = [
  [["↑", "↓", "←", "→"], say("Go from card to card")],
  [["Enter"], say("Move the order on")],
  [["1–9"], say("Strike off the line with this number")],
  [["X"], say("Cancel the order")],
  [["R"], say("Rush, or no rush")],
  [["H"], say("Hold, or release")],
  [["A"], say("Give it to a rider")],
  [["U", "Esc"], say("Take the last tap back")],
  [["/"], say("Find a number")],
  [["?"], say("This list")],
];

/** @param {string[]} keys @param {string} does */
function explained(keys, does) {
  const term = make("dt", {});
  keys.forEach((key) => term.append(make("kbd", { dir: "ltr", textContent: key }), " "));
  return [term, make("dd", { textContent: does })];
}

const keys = make("dialog", { id: "keys", className: "panel" });
keys.setAttribute("aria-labelledby", "keys-title");
const form = make("form", { method: "dialog", className: "stack" });
const [terms, choice] = [make("dl", {}), make("label", { className: "choice" })];
const chosen = make("input", { type: "checkbox", name: "on" });
terms.append(...KEYS.flatMap(([pressed, does]) => explained(pressed, does)));
choice.append(chosen, ` ${say("Letters and digits are keys on this tablet")}`);
form.append(make("h2", { id: "keys-title", textContent: say("Keys") }), terms, choice, make("button", { className: "primary", textContent: say("Done") }));
keys.append(form);
document.body.append(keys);

// Single letters can be switched off on this tablet, for those whose hands or voice would press them unawares.
export const isOff = () => localStorage.getItem(OFF) !== null;

export function list() {
  chosen.checked = !isOff();
  keys.showModal();
}

export function find() {
  said.textContent = "";
  finder.showModal();
  field.select();
}

keys.addEventListener("change", ({ target }) => {
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
on("keys:asked", list);

one(finder, "form").addEventListener("submit", (event) => {
  if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.value === "close") return;
  const typed = western(field.value);
  const card = [...document.querySelectorAll(".card")].find((each) => numberOf(each) === typed);
  if (card && bringUp(card)) {
    setTimeout(() => go(card)); // after the panel has given the focus back
    return;
  }
  event.preventDefault();
  said.textContent = card
    ? say("Order %(number)s is hidden by the filters.", { number: typed })
    : say("There is no order with this number on the board.");
});
