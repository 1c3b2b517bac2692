// The menu to touch: categories, dishes with how many of each are ordered, and a field that finds one.
import { byId, make, on, one } from "../core/dom.js";
import { number, say } from "../core/i18n.js";
import { figure } from "./amounts.js";
import { choicesOf, choose } from "./choices.js";
import { add, count, lineOf, opened } from "./lines.js";
import { categories, dishOf, dishes, find } from "./offered.js";
import { writeLine } from "./ticket.js";

/** @typedef {import("./offered.js").Dish} Dish */

let shown = categories()[0]?.key ?? "";
let sought = "";
let drawnFor = "";

const offered = () => (sought ? find(sought) : dishes().filter(({ category = "" }) => category === shown));

function tabs() {
  const rest = dishes().some(({ category }) => category === undefined) && categories().length > 0;
  return [...categories(), ...(rest ? [{ key: "", name: say("Other dishes") }] : [])];
}

/** @param {{ key: string, name: string }} category */
function tab({ key, name }) {
  const button = make("button", { type: "button", textContent: name, dir: "auto" });
  button.dataset.category = key;
  button.setAttribute("aria-pressed", String(key === shown && !sought));
  return button;
}

/** @param {Dish} dish */
function tile(dish) {
  const button = make("button", { type: "button", className: "dish", disabled: dish.until !== undefined });
  button.dataset.sku = dish.sku;
  const name = make("span", {});
  name.append(make("bdi", { textContent: dish.name }));
  const price = dish.price === undefined ? "" : figure(dish.price);
  button.append(name, make("small", { textContent: dish.until ? say("Sold out until %(time)s", { time: dish.until }) : price }));
  const many = count(dish.sku);
  if (many) button.append(make("b", { className: "count", textContent: number(many) }));
  button.setAttribute("aria-expanded", String(opened()?.sku === dish.sku));
  return button;
}

function nothing() {
  const said = sought ? say("No dish of that name.") : say("No dish is on the menu yet: write the lines.");
  const place = make("div", { className: "none" });
  const button = make("button", { type: "button", textContent: sought ? say("Add “%(text)s”, which is not on the menu", { text: sought }) : say("Not on the menu") });
  button.dataset.write = sought;
  place.append(make("p", { textContent: said }), button);
  return place;
}

// What was touched stays under the finger, and what has the focus keeps it.
function draw() {
  const [place, bar] = [byId("dishes"), byId("cats")];
  const at = document.activeElement;
  const mark = at && place.contains(at) ? ["sku", "label", "another"].map((name) => [name, /** @type {HTMLElement} */ (at).dataset[name]]).find(([, value]) => value) : undefined;
  const line = opened();
  const shownDishes = offered();
  // While somebody types a note nothing is drawn but what it is about.
  if (at instanceof HTMLInputElement && "note" in at.dataset && at.closest("#choices")?.dataset.id === String(line?.id)) return;
  const drawn = shownDishes.flatMap((dish) => (line?.sku === dish.sku && !dish.until ? [tile(dish), choicesOf(line, dish)] : [tile(dish)]));
  place.replaceChildren(...(drawn.length ? drawn : [nothing()]));
  const tabsFor = JSON.stringify([tabs(), shown, sought !== ""]);
  if (tabsFor !== drawnFor || !bar.querySelector("button, input")) {
    for (const button of bar.querySelectorAll("button")) button.remove();
    bar.prepend(...tabs().map(tab));
    drawnFor = tabsFor;
  }
  bar.querySelector("input") ?? bar.append(search());
  if (mark) place.querySelector(`[data-${mark[0]}="${CSS.escape(String(mark[1]))}"]`)?.focus({ preventScroll: true });
}

function search() {
  const input = make("input", { id: "find-dish", type: "search", placeholder: say("Find a dish"), autocomplete: "off", dir: "auto", value: sought });
  input.setAttribute("aria-label", say("Find a dish"));
  return input;
}

// Takes what was found first, or what was typed as a line of its own.
export function take() {
  if (!sought) return;
  const first = offered().find(({ until }) => until === undefined);
  if (first) add(first.sku, opened()?.sku !== first.sku && count(first.sku) === 0);
  else if (sought) return writeSought();
  showCategory(dishOf(opened()?.sku ?? "")?.category ?? shown);
  if (first) byId("dishes").querySelector("#choices .group button")?.focus();
}

function writeSought() {
  const text = sought;
  showCategory(shown);
  writeLine(text);
}

/** @param {string} category */
function showCategory(category) {
  sought = "";
  shown = category;
  /** @type {HTMLInputElement} */ (byId("find-dish")).value = "";
  draw();
}

on("entry:lines", () => {
  const line = opened();
  if (line?.sku && !sought && !offered().some(({ sku }) => sku === line.sku)) shown = dishOf(line.sku)?.category ?? shown;
  draw();
});
on("entry:offered", draw);
on("entry:form", () => {
  drawnFor = "";
  for (const part of document.querySelectorAll("#entry .scripted")) part.hidden = false;
});
on("click", ({ target }) => {
  const button = target.closest("button");
  const { sku, category, label, write: text } = button?.dataset ?? /** @type {DOMStringMap} */ ({});
  if (sku) add(sku);
  else if (category !== undefined) {
    showCategory(category);
    one(byId("cats"), "[aria-pressed=true]").focus();
  } else if (label) {
    const line = lineOf(Number(button?.closest("#choices")?.dataset.id));
    const dish = line && dishOf(line.sku);
    if (line && dish) choose(line, label, dish);
  } else if (text !== undefined) {
    showCategory(shown);
    writeLine(text);
  }
});
document.addEventListener("input", ({ target }) => {
  const field = /** @type {HTMLInputElement} */ (target);
  if (field.id !== "find-dish") return;
  sought = field.value.trim();
  draw();
});
