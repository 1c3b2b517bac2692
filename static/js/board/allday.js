// All day: how many of each dish are still to be made on the cards that this tablet shows.
import { byId, on, one } from "../core/dom.js";
import { allCards, onCards } from "../core/cards.js";
import { western } from "../core/digits.js";
import { locale, number } from "../core/i18n.js";

const TO_BE_MADE = ["pending", "confirmed", "preparing"];
/**
 * @typedef {{ dish: string, quantity: number, way: string }} Line
 * @typedef {{ quantity: number, ways: Map<string, number> }} Total
 * @typedef {{ item: HTMLElement, quantity: number, look?: string }} Row
 */

const panel = byId("allday");
const toggle = byId("allday-toggle");
const place = `allday:${document.body.dataset.restaurant}`;
const order = new Intl.Collator(locale());
/** @type {Map<string, Line[]>} */
const open = new Map(); // card id -> its lines that are still to be made
/** @type {Map<string, Row>} */
const rows = new Map(); // dish -> its row, how many, and in which ways

/** @param {HTMLElement} card @returns {Line[]} */
function openLines(card) {
  if (!TO_BE_MADE.includes(card.dataset.status) || card.dataset.hidden !== undefined) return [];
  return [...card.querySelectorAll("[data-line]:not([data-done], [data-elsewhere])")].map((line) => ({
    dish: one(line, ".dish").textContent,
    quantity: Number(line.dataset.quantity ?? western(one(line, ".quantity").textContent)),
    way: [...line.querySelectorAll(".modifier, .note bdi")].map(({ textContent }) => textContent.trim()).join(" + "),
  }));
}

function totals() {
  /** @type {Map<string, Total>} */
  const dishes = new Map();
  for (const { dish, quantity, way } of [...open.values()].flat()) {
    const total = dishes.get(dish) ?? { quantity: 0, ways: new Map() };
    total.quantity += quantity;
    total.ways.set(way, (total.ways.get(way) ?? 0) + quantity);
    dishes.set(dish, total);
  }
  return dishes;
}

/** @param {string} name @param {(string | Node)[]} parts */
function element(name, ...parts) {
  const made = document.createElement(name);
  made.append(...parts);
  return made;
}

/** @param {number} amount @param {string} text */
function counted(amount, text) {
  const count = element("b", number(amount));
  count.className = "number";
  return [count, " ", element("bdi", text)];
}

/** @param {string} dish @returns {Row} */
function rowOf(dish) {
  const row = rows.get(dish) ?? { quantity: 0, item: element("li", element("details", element("summary", ...counted(0, dish)), element("ul"))) };
  rows.set(dish, row);
  return row;
}

/** @param {Row} row @param {Total} total */
function write(row, { quantity, ways }) {
  const look = JSON.stringify([quantity, ...ways]);
  if (row.look === look) return;
  const details = one(row.item, "details");
  Object.assign(row, { quantity, look });
  one(details, "b").textContent = number(quantity);
  details.toggleAttribute("data-plain", ways.size === 1 && ways.has(""));
  const parts = [...ways].sort(([one], [other]) => order.compare(one, other));
  one(details, "ul").replaceChildren(...parts.map(([way, many]) => element("li", ...counted(many, way || "—"))));
}

// A row moves only where its place is another one.
function show() {
  if (panel.hidden) return;
  const dishes = totals();
  for (const [dish, { item }] of rows) {
    if (dishes.has(dish)) continue;
    item.remove();
    rows.delete(dish);
  }
  for (const [dish, total] of dishes) write(rowOf(dish), total);
  const sorted = [...rows].sort(([one, few], [other, many]) => many.quantity - few.quantity || order.compare(one, other));
  const list = one(panel, "ol");
  sorted.forEach(([, { item }], index) => { if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null); });
}

/** @param {HTMLElement[]} cards */
function read(cards) {
  for (const card of cards) open.set(card.id, openLines(card));
}

/** @param {boolean} isOn */
function turn(isOn) {
  panel.hidden = !isOn;
  panel.parentElement?.toggleAttribute("data-allday", isOn);
  toggle.setAttribute("aria-pressed", String(isOn));
  if (isOn) localStorage.setItem(place, "1");
  else localStorage.removeItem(place);
  show();
}

toggle.addEventListener("click", () => turn(/** @type {boolean} */ (panel.hidden)));
on("filtered", () => { read(allCards()); show(); });
onCards((cards, left) => {
  read(cards);
  for (const id of left) open.delete(id);
  show();
});
turn(localStorage.getItem(place) !== null);
