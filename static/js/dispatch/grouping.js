// Cards of a zone that belong together stand together under a heading. A group that comes stands before those whose first
// card waits less long; from then on it keeps its place among the others for as long as it has cards, or until places are
// forgotten.
// The cards stay in the column that the server knows, in its order within each group: headings stand beside it, and take
// their places by `order`.
import { move } from "../core/moving.js";

/** @typedef {{ key: string, cards: HTMLElement[], heading: HTMLElement }} Group */
/**
 * @typedef {object} Zone
 * @property {HTMLElement} list
 * @property {Map<string, HTMLElement>} headings
 * @property {string[]} keys of the groups, as they stand
 * @property {(card: HTMLElement) => string} keyOf
 * @property {(group: Group) => void} write what the heading says
 */

/** @type {WeakMap<HTMLElement, Element>} */
const arranged = new WeakMap();

// A card that has come from another zone stands at the end, apart, until it is arranged with the others.
/** @param {HTMLElement[]} cards */
export function takeIn(cards) {
  for (const card of cards) {
    if (!arranged.has(card) || arranged.get(card) === card.parentElement) continue;
    arranged.delete(card);
    for (const name of ["order", "--apart", "--end"]) card.style.removeProperty(name);
  }
}

/** @param {HTMLElement} list @param {Zone["keyOf"]} keyOf @param {Zone["write"]} write @returns {Zone} */
export const zoneOf = (list, keyOf, write) => ({ list, headings: new Map(), keys: [], keyOf, write });

// Sort keys are written with as many digits each, so that they compare as texts.
/** @param {HTMLElement} one @param {HTMLElement} other */
const byPlace = (one, other) => (one.dataset.place < other.dataset.place ? -1 : 1);

/** @param {Zone} zone @param {string} key */
function headingOf({ list, headings }, key) {
  const known = headings.get(key);
  if (known) return known;
  const heading = document.createElement("div");
  heading.className = "group";
  headings.set(key, heading);
  list.before(heading);
  return heading;
}

// As few cards as can be are moved: whoever is moved is not to be tapped for a moment.
/** @param {HTMLElement} list @param {HTMLElement[]} cards */
function put(list, cards) {
  let place = list.firstElementChild;
  for (const card of cards) {
    if (place !== card && place?.nextElementSibling === card) move(list, /** @type {HTMLElement} */ (place), null);
    else if (place !== card) move(list, card, place);
    place = card.nextElementSibling;
  }
}

// The keys of the groups, as they are to stand.
/** @param {string[]} standing @param {Map<string, HTMLElement[]>} byKey @param {(key: string) => boolean} isLast */
function keysInPlace(standing, byKey, isLast) {
  const keys = standing.filter((key) => byKey.has(key));
  /** @param {string} key */
  const rank = (key) => `${Number(isLast(key))} ${byKey.get(key)?.[0].dataset.place}`;
  for (const fresh of [...byKey.keys()].filter((key) => !keys.includes(key))) {
    const at = keys.findIndex((key) => rank(key) > rank(fresh));
    keys.splice(at < 0 ? keys.length : at, 0, fresh);
  }
  return keys;
}

// The group that waits longest is first again.
/** @param {Zone} zone */
export function forgetPlaces(zone) {
  zone.keys = [];
}

/** @param {Zone} zone @param {(key: string) => boolean} [isLast] groups that stand after the others */
export function arrange(zone, isLast = () => false) {
  const { list, headings, keyOf, write } = zone;
  const shown = [...list.children].filter(({ dataset }) => dataset.hidden === undefined);
  const byKey = Map.groupBy(shown.sort(byPlace), keyOf);
  zone.keys = keysInPlace(zone.keys, byKey, isLast);
  const groups = zone.keys.map((key) => ({ key, cards: byKey.get(key) ?? [], heading: headingOf(zone, key) }));
  put(list, groups.flatMap(({ cards }) => cards));
  groups.forEach((group, index) => {
    group.heading.style.order = `${2 * index}`;
    group.cards.forEach((card, at) => {
      arranged.set(card, list);
      card.style.order = `${2 * index + 1}`;
      card.style.setProperty("--apart", "0px");
      card.style.setProperty("--end", at === group.cards.length - 1 ? "var(--r2)" : "0");
    });
    write(group);
  });
  for (const [key, heading] of headings) {
    if (groups.some((group) => group.key === key)) continue;
    heading.remove();
    headings.delete(key);
  }
}
