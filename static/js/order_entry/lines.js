// What is ordered: read once from the rows that the server wrote, then kept here and drawn into the form after each change.
import { byId, emit } from "../core/dom.js";
import { minorOf } from "./amounts.js";
import { dishOf } from "./offered.js";

/** @typedef {{ id: number, sku: string, name: string, quantity: number, labels: string[], notes: string, price: string, problem: string }} Line */

/** @type {Line[]} */
let lines = [];
/** @type {Line | undefined} */
let open;
let last = 0;
const MOST = 200;
const LARGEST = 999;

export const all = () => lines;
// The line whose choices are shown.
export const opened = () => open;
/** @param {string} sku */
export const count = (sku) => lines.filter((line) => line.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0);
/** @param {number} id */
export const lineOf = (id) => lines.find((line) => line.id === id);

/** @param {Partial<Line>} values @returns {Line} */
const made = (values) => ({ id: last++, sku: "", name: "", quantity: 1, labels: [], notes: "", price: "", problem: "", ...values });

export function read() {
  lines = [...byId("lines").querySelectorAll("li")].map((row) => {
    /** @param {string} name */
    const values = (name) => [.../** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll(`[name$="-${name}"]`))].map(({ value }) => value);
    const [sku = "", name = "", quantity = "", notes = "", price = ""] = ["sku", "name", "quantity", "notes", "price"].map((each) => values(each)[0]);
    const labels = [...values("modifier"), ...(values("modifiers")[0] ?? "").split(/[,،\n]/)].filter((each) => each.trim());
    return made({ sku, name, quantity: Number(quantity) || 1, labels, notes, price, problem: row.querySelector(".problem")?.textContent ?? "" });
  }).filter(({ sku, name, notes, price }) => sku || name || notes || price);
  open = lines.find(({ problem }) => problem) ?? undefined;
  emit("entry:lines");
}

export function changed() {
  emit("entry:lines");
}

/** @param {Line | undefined} line */
export function openLine(line) {
  open = line;
  changed();
}

// A dish: one more of the line that is open for it, or the line that there is is opened, or a new line.
/** @param {string} sku */
export function add(sku, isAnother = false) {
  const known = open?.sku === sku ? open : lines.findLast((line) => line.sku === sku);
  if (known && !isAnother) {
    if (known === open && known.quantity < LARGEST) known.quantity += 1;
    open = known;
  } else if (lines.length < MOST) {
    open = made({ sku });
    lines.push(open);
  }
  changed();
}

/** @param {string} name */
export function write(name) {
  if (lines.length >= MOST) return;
  open = made({ name });
  lines.push(open);
  changed();
}

/** @param {Line} line @param {number} by */
export function step(line, by) {
  line.quantity = Math.min(LARGEST, line.quantity + by);
  line.problem = "";
  if (line.quantity < 1) {
    lines = lines.filter((each) => each !== line);
    if (open === line) open = undefined;
  }
  changed();
}

/** @param {Line} line */
export function each(line) {
  const dish = line.sku && dishOf(line.sku);
  if (!dish) return line.sku || line.price.trim() === "" ? null : minorOf(line.price);
  if (dish.price === undefined) return null;
  const choices = (dish.groups ?? []).flatMap((group) => group.choices);
  return choices.reduce((sum, choice) => sum + (line.labels.includes(choice.label) ? choice.price : 0), dish.price);
}

// What a line still asks: the name of a group of which one has to be chosen.
/** @param {Line} line */
export const missing = (line) => (dishOf(line.sku)?.groups ?? []).find((group) => group.required && !group.choices.some(({ label }) => line.labels.includes(label)))?.name;

/** @param {Line} line */
export const nameOf = (line) => dishOf(line.sku)?.name ?? (line.name || line.sku);
