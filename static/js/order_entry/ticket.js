// The order as it stands: its lines with their quantities, and what it comes to.
import { byId, make, on, one, write as put } from "../core/dom.js";
import { number, say, sayMany } from "../core/i18n.js";
import { figure, minorOf, money } from "./amounts.js";
import { all, each, lineOf, missing, nameOf, openLine, opened, read, step, write } from "./lines.js";
import { dishOf } from "./offered.js";

/** @typedef {import("./lines.js").Line} Line */

/** @param {string} text @param {string} said @param {number} by */
function stepper(text, said, by) {
  const button = make("button", { type: "button", textContent: text });
  button.dataset.by = String(by);
  button.setAttribute("aria-label", said);
  return button;
}

// What of a dish's was chosen is said in the reader's language, and sent as it stands on tickets.
/** @param {Line} line */
function made(line) {
  const choices = (dishOf(line.sku)?.groups ?? []).flatMap((group) => group.choices.map((choice) => ({ ...choice, said: `${group.name}: ${choice.name}` })));
  const said = line.labels.map((label) => choices.find((choice) => choice.label === label)?.said ?? label);
  return [...said, line.notes].filter(Boolean).join(", ");
}

/** @param {Line} line @param {number} place */
function hidden(line, place) {
  const fields = [["sku", line.sku], ["quantity", `${line.quantity}`], ["notes", line.notes], ...line.labels.map((label) => ["modifier", label])];
  if (!line.sku) fields.push(["name", line.name], ["price", line.price]);
  return fields.map(([name, value]) => make("input", { type: "hidden", name: `line-${place}-${name}`, value }));
}

/** @param {Line} line @param {"name" | "price" | "notes"} field @param {string} said @param {number} longest */
function typed(line, field, said, longest) {
  const input = make("input", { value: line[field], maxLength: longest, dir: field === "price" ? "ltr" : "auto", inputMode: field === "price" ? "decimal" : "text" });
  input.dataset.field = field;
  const label = make("label", { className: "field", textContent: said });
  label.append(input);
  return label;
}

/** @param {Line} line @param {number} place */
function row(line, place) {
  const item = make("li", { className: line === opened() ? "open" : "" });
  item.dataset.id = String(line.id);
  const name = nameOf(line) || say("Not on the menu");
  const steps = make("span", { className: "step" });
  steps.append(stepper("−", say("One less: %(dish)s", { dish: name }), -1), make("b", { textContent: number(line.quantity) }), stepper("+", say("One more: %(dish)s", { dish: name }), 1));
  const opener = make("button", { type: "button", className: "name" });
  opener.dataset.open = "";
  opener.append(make("bdi", { textContent: name }), make("small", { dir: "auto", textContent: made(line) }));
  const asks = missing(line);
  if (asks) opener.append(make("small", { className: "asks", textContent: say("Choose: %(group)s", { group: asks }) }));
  const amount = each(line);
  item.append(steps, opener, make("span", { className: "amount", textContent: amount === null ? "–" : figure(amount * line.quantity) }), ...hidden(line, place));
  if (line.problem) item.append(make("p", { className: "problem", textContent: line.problem }));
  if (!line.sku && line === opened()) {
    const fields = make("div", { className: "typed" });
    fields.append(typed(line, "name", say("Dish"), 200), typed(line, "price", say("Price each"), 13), typed(line, "notes", say("Note for the kitchen"), 1000));
    item.append(fields);
  }
  return item;
}

const form = () => /** @type {HTMLFormElement} */ (byId("entry"));
/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | RadioNodeList} */ (form().elements.namedItem(name));

// What it comes to, null where that is not known of something.
function total() {
  const amounts = all().map((line) => ({ line, amount: each(line) }));
  if (amounts.length === 0 || amounts.some(({ amount }) => amount === null)) return { sub: null, total: null };
  const sub = amounts.reduce((sum, { line, amount }) => sum + (amount ?? 0) * line.quantity, 0);
  const fee = field("fulfilment").value === "delivery" ? minorOf(field("fee").value) : 0;
  return { sub, total: fee === null ? null : sub + fee };
}

function sum() {
  const { sub, total: due } = total();
  const isPaid = /** @type {HTMLInputElement} */ (field("paid")).checked;
  put(byId("sub"), sub === null ? "–" : figure(sub));
  put(byId("total"), due === null ? "–" : money(due));
  put(byId("due"), due === null ? "" : ` · ${money(due)}`);
  put(byId("to-collect"), due === null ? "" : isPaid ? say("nothing to collect") : say("collect %(amount)s", { amount: money(due) }));
  /** @type {HTMLInputElement} */ (field("seen_total")).value = due === null ? "" : String(due);
  const dishes = all().reduce((many, { quantity }) => many + quantity, 0);
  put(byId("how-many"), dishes ? sayMany("%(num)s dish", "%(num)s dishes", dishes) : say("empty"));
}

// What has the focus keeps it, wherever it is drawn.
function draw() {
  const list = byId("lines");
  const at = /** @type {HTMLElement | null} */ (document.activeElement);
  const [id, mark] = [at?.closest("li")?.dataset.id, at?.dataset.field ? `[data-field="${at.dataset.field}"]` : at?.dataset.by ? `[data-by="${at.dataset.by}"]` : "[data-open]"];
  list.replaceChildren(...all().map(row));
  delete list.dataset.raw;
  if (id !== undefined && !list.contains(document.activeElement)) list.querySelector(`[data-id="${id}"] ${mark}`)?.focus();
  sum();
}

// A line that is not on the menu: what it is is asked first, else what it costs.
export function writeLine(text = "") {
  write(text);
  byId("lines").querySelector(`.open [data-field=${text ? "price" : "name"}]`)?.focus();
}

on("entry:lines", draw);
on("entry:form", read);
on("change", ({ target }) => { if (target.closest("#entry")) sum(); });
document.addEventListener("input", ({ target }) => {
  const input = /** @type {HTMLInputElement} */ (target);
  const line = lineOf(Number(input.closest("li")?.dataset.id ?? -1));
  const name = /** @type {"name" | "price" | "notes" | undefined} */ (input.dataset.field);
  if (line && name) {
    line[name] = input.value;
    const hiddenField = input.closest("li")?.querySelector(`[name$="-${name}"]`);
    if (hiddenField) /** @type {HTMLInputElement} */ (hiddenField).value = input.value;
    if (name === "name") put(one(/** @type {HTMLElement} */ (input.closest("li")), ".name bdi"), input.value);
  }
  if (input.closest("#entry")) sum();
});
on("click", ({ target }) => {
  const line = lineOf(Number(target.closest("#lines li")?.dataset.id ?? -1));
  const button = target.closest("button");
  if (target.closest("#write-line")) writeLine();
  else if (line && button?.dataset.by) step(line, Number(button.dataset.by));
  else if (line && button && "open" in button.dataset) openLine(line === opened() && !line.sku ? undefined : line);
});
