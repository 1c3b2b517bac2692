// All day: how many of each dish are still to be made on the cards that this tablet shows.
import { allCards, onCards } from "./cards.js";
import "./filters.js"; // sifts a card before it is counted
import { number } from "./words.js";

const TO_BE_MADE = ["pending", "confirmed", "preparing"];
const panel = document.getElementById("allday");
const toggle = document.getElementById("allday-toggle");
const place = `allday:${document.body.dataset.restaurant}`;
const open = new Map(); // card id -> its lines that are still to be made
const rows = new Map(); // dish -> its row

function openLines(card) {
  if (!TO_BE_MADE.includes(card.dataset.status) || card.dataset.hidden !== undefined) return [];
  return [...card.querySelectorAll("[data-line]:not([data-done], [data-elsewhere])")].map((line) => ({
    dish: line.querySelector(".dish").textContent,
    quantity: Number(line.dataset.quantity),
    changed: [...line.querySelectorAll(".modifier, .allergy bdi")].map(({ textContent }) => textContent).join(" + "),
  }));
}

function totals() {
  const dishes = new Map();
  for (const { dish, quantity, changed } of [...open.values()].flat()) {
    const total = dishes.get(dish) ?? { quantity: 0, changed: new Map() };
    total.quantity += quantity;
    total.changed.set(changed, (total.changed.get(changed) ?? 0) + quantity);
    dishes.set(dish, total);
  }
  return dishes;
}

function element(name, text, ...children) {
  const made = document.createElement(name);
  made.append(text, ...children);
  return made;
}

function rowOf(dish, { quantity, changed }) {
  const row = rows.get(dish) ?? element("li", "", element("details", "", element("summary", ""), element("ul", "")));
  const [summary, list] = row.firstElementChild.children;
  const parts = [...changed].sort(([one], [other]) => one.localeCompare(other));
  const isPlain = parts.length === 1 && parts[0][0] === "";
  summary.replaceChildren(element("b", number(quantity)), " ", element("bdi", dish));
  row.firstElementChild.toggleAttribute("data-plain", isPlain);
  list.replaceChildren(...parts.map(([how, many]) => element("li", "", element("b", number(many)), " ", element("bdi", how || "—"))));
  rows.set(dish, row);
  return row;
}

function show() {
  if (panel.hidden) return;
  const dishes = [...totals()].sort(([one, { quantity: few }], [other, { quantity: many }]) => many - few || one.localeCompare(other));
  for (const dish of rows.keys()) if (!dishes.some(([name]) => name === dish)) rows.delete(dish);
  panel.querySelector("ol").replaceChildren(...dishes.map(([dish, total]) => rowOf(dish, total)));
}

function read(cards) {
  for (const card of cards) open.set(card.id, openLines(card));
}

function turn(isOn) {
  panel.hidden = !isOn;
  panel.parentElement.toggleAttribute("data-allday", isOn);
  toggle.setAttribute("aria-pressed", String(isOn));
  if (isOn) localStorage.setItem(place, "1");
  else localStorage.removeItem(place);
  show();
}

if (panel) {
  toggle.addEventListener("click", () => turn(panel.hidden));
  document.addEventListener("filtered", () => { read(allCards()); show(); });
  onCards((cards, left) => {
    read(cards);
    for (const id of left) open.delete(id);
    show();
  });
  turn(localStorage.getItem(place) !== null);
}
