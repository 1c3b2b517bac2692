// Which stations and which kinds of orders this tablet shows: kept on it, and what is hidden is counted.
import { byId, emit, write } from "../core/dom.js";
import { allCards, onCards } from "../core/cards.js";
import { locale, say, sayMany } from "../core/i18n.js";
import { sayWhere } from "./elsewhere.js";

const { restaurant } = document.body.dataset;
const counter = byId("hidden-by-filter");
const named = new Intl.ListFormat(locale(), { type: "unit", style: "narrow" });
/** @type {Set<string>} */
const hidden = new Set();
const kinds = [...document.querySelectorAll("[data-filter]")].map((group) => {
  const buttons = [...group.querySelectorAll("button")];
  const place = `${group.dataset.filter}:${restaurant}`;
  /** @type {Set<string>} */
  const offered = new Set(buttons.map(({ value }) => value));
  const kept = /** @type {string[]} */ (JSON.parse(localStorage.getItem(place) ?? "[]")).filter((value) => offered.has(value));
  return { name: group.dataset.filter, buttons, place, offered, chosen: new Set(kept) };
});
/** @typedef {(typeof kinds)[number]} Kind */
const [stations, fulfilments] = ["stations", "fulfilments"].map((name) => kinds.find((kind) => kind.name === name));

// The hidden values of each filter, by its name.
export const hides = () => Object.fromEntries(kinds.map(({ name, chosen, offered }) =>
  [name, chosen.size > 0 ? [...offered].filter((value) => !chosen.has(value)) : []]));

// If nothing is chosen, everything is shown; a value that has no button always is.
/** @param {Kind | undefined} kind @param {string} value */
const shows = (kind, value) => !kind || kind.chosen.size === 0 || !kind.offered.has(value) || kind.chosen.has(value);

/** @param {HTMLElement} card */
function sift(card) {
  const lines = [...card.querySelectorAll("[data-line], [data-voided]")];
  for (const line of lines) {
    const isElsewhere = !shows(stations, /** @type {string} */ (line.dataset.station));
    line.toggleAttribute("data-elsewhere", isElsewhere);
    const button = line.querySelector("button");
    if (button) button.disabled = isElsewhere;
  }
  sayWhere(card, lines.filter(({ dataset }) => dataset.elsewhere !== undefined));
  const isHidden = lines.length > 0 && lines.every(({ dataset }) => dataset.elsewhere !== undefined);
  const isAlarm = card.dataset.status === "cancelled";
  const isOff = !isAlarm && (isHidden || !shows(fulfilments, card.dataset.fulfilment));
  card.toggleAttribute("data-hidden", isOff);
  hidden[isOff ? "add" : "delete"](card.id);
}

function count() {
  const said = hidden.size ? sayMany("%(num)s hidden by filter", "%(num)s hidden by filter", hidden.size) : "";
  if (counter.textContent !== said) counter.textContent = said;
}

function show() {
  for (const { buttons, chosen } of kinds) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(chosen.has(button.value)));
  }
  const all = kinds.flatMap(({ buttons, chosen }) => buttons.filter(({ value }) => chosen.has(value)).map(({ textContent }) => textContent));
  byId("filter").toggleAttribute("data-on", all.length > 0);
  write(byId("filter"), all.length ? say("Filter: %(names)s", { names: named.format(all) }) : say("Filter"));
  allCards().forEach(sift);
  count();
  emit("filtered");
}

/** @param {Kind} kind @param {string} value */
function choose({ place, chosen }, value) {
  if (!chosen.delete(value)) chosen.add(value);
  localStorage.setItem(place, JSON.stringify([...chosen]));
  show();
}

export function showEverything() {
  for (const { place, chosen } of kinds) {
    chosen.clear();
    localStorage.removeItem(place);
  }
  show();
}

for (const kind of kinds) {
  for (const button of kind.buttons) button.addEventListener("click", () => choose(kind, button.value));
}
show();
onCards((cards, left) => {
  cards.forEach(sift);
  for (const id of left) hidden.delete(id);
  count();
});
