// The list of keys, which opens by a key.
import { make, on } from "../core/dom.js";
import { makePanel } from "../core/panel.js";
import { say } from "../core/i18n.js";

const OFF = "keys-off";
/** @type {[string[], string][]} */
const KEYS = [
  [["↑", "↓", "←", "→"], say("Go from card to card")],
  [["Home"], say("Go to the first card")],
  [["Enter"], say("Move the order on")],
  [["1–9"], say("Strike off the line with this number")],
  [["X"], say("Cancel the order")],
  [["R"], say("Rush, or no rush")],
  [["H"], say("Hold, or release")],
  [["A"], say("Give it to a rider")],
  [["U", "Esc"], say("Take the last tap back")],
  [["/"], say("Find an order")],
  [["?"], say("This list")],
];

/** @param {string[]} keys @param {string} does */
function explained(keys, does) {
  const term = make("dt", {});
  keys.forEach((key) => term.append(make("kbd", { dir: "ltr", textContent: key }), " "));
  return [term, make("dd", { textContent: does })];
}

const [terms, choice] = [make("dl", {}), make("label", { className: "choice" })];
const chosen = make("input", { type: "checkbox", name: "on" });
terms.append(...KEYS.flatMap(([pressed, does]) => explained(pressed, does)));
choice.append(chosen, ` ${say("Letters and digits are keys on this tablet")}`);
const { panel: keys } = makePanel("keys", say("Keys"), terms, choice, make("button", { className: "primary", textContent: say("Done") }));

// Single letters can be switched off on this tablet, for those whose hands or voice would press them unawares.
export const isOff = () => localStorage.getItem(OFF) !== null;

export function list() {
  chosen.checked = !isOff();
  keys.showModal();
}

keys.addEventListener("change", ({ target }) => {
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
on("keys:asked", list);
