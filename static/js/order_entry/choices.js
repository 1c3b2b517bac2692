// What a dish asks: opens below its row, and pushes nothing sideways.
import { byId, make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { figure } from "./amounts.js";
import { add, changed, lineOf } from "./lines.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./offered.js").Dish} Dish */
/** @typedef {import("./offered.js").Group} Group */

/** @param {Line} line @param {Group} group */
function asked(line, group) {
  const row = make("div", { className: "group" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", group.name);
  const title = make("b", { textContent: group.name, dir: "auto" });
  if (group.required) title.append(" ", make("small", { textContent: say("to be chosen") }));
  row.append(title, ...group.choices.map(({ label, name, price }) => {
    const button = make("button", { type: "button", textContent: price ? `${name} · ${figure(price)}` : name, dir: "auto" });
    button.dataset.label = label;
    button.setAttribute("aria-pressed", String(line.labels.includes(label)));
    return button;
  }));
  return row;
}

/** @param {Line} line @param {Dish} dish */
export function choicesOf(line, dish) {
  const panel = make("div", { id: "choices", className: "mods" });
  panel.dataset.id = String(line.id);
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", dish.name);
  const note = make("input", { value: line.notes, maxLength: 1000, placeholder: say("Note for the kitchen, as the guest said it"), dir: "auto" });
  note.dataset.note = "";
  const label = make("label", { className: "group" });
  label.append(make("b", { textContent: say("Note") }), note);
  const other = make("button", { type: "button", className: "quiet", textContent: say("One more, made differently") });
  other.dataset.another = dish.sku;
  panel.append(...(dish.groups ?? []).map((group) => asked(line, group)), label, other);
  return panel;
}

/** @param {Line} line @param {string} label @param {Dish} dish */
export function choose(line, label, dish) {
  const group = (dish.groups ?? []).find((each) => each.choices.some((choice) => choice.label === label));
  const isChosen = line.labels.includes(label);
  const others = group?.one ? group.choices.map((choice) => choice.label) : [label];
  line.labels = line.labels.filter((each) => !others.includes(each));
  if (!isChosen) line.labels.push(label);
  line.problem = "";
  changed();
}

on("click", ({ target }) => {
  const another = target.closest("[data-another]")?.dataset.another;
  if (!another) return;
  add(another, true);
  byId("dishes").querySelector("#choices button")?.focus({ preventScroll: true });
});
document.addEventListener("input", ({ target }) => {
  const note = /** @type {HTMLInputElement} */ (target);
  if (!("note" in note.dataset)) return;
  const line = lineOf(Number(note.closest("#choices")?.dataset.id));
  if (!line) return;
  line.notes = note.value;
  changed();
});
