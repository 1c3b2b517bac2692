// What can be ordered, as the server offers it: dishes in order, by category, by what somebody types.
import { byId } from "../core/dom.js";

/** @typedef {{ label: string, name: string, price: number }} Choice */
/** @typedef {{ name: string, one: boolean, required: boolean, choices: Choice[] }} Group */
/** @typedef {{ sku: string, name: string, also?: string[], category?: string, price?: number, groups?: Group[], until?: string }} Dish */
/** @typedef {{ categories: { key: string, name: string }[], dishes: Dish[] }} Offered */

/** @type {Offered} */
let offered = JSON.parse(byId("menu-offered").textContent);
/** @type {Map<string, Dish>} */
let bySku = new Map();

/** @param {Offered} fresh */
export function offer(fresh) {
  offered = fresh;
  bySku = new Map(fresh.dishes.map((dish) => [dish.sku, dish]));
}
offer(offered);

export const categories = () => offered.categories;
export const dishes = () => offered.dishes;
/** @param {string} sku */
export const dishOf = (sku) => bySku.get(sku);

// Without case, accents and vowel marks, so that a hurried hand finds it.
/** @param {string} text */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

// What begins with what was typed comes first, in any language.
/** @param {string} typed */
export function find(typed) {
  const sought = plain(typed);
  /** @param {Dish} dish */
  const place = (dish) => {
    const names = [dish.name, ...dish.also ?? []].map(plain);
    if (names.some((name) => name.startsWith(sought))) return 0;
    if (names.some((name) => name.split(/[\s,]+/).some((word) => word.startsWith(sought)))) return 1;
    return names.some((name) => name.includes(sought)) ? 2 : 3;
  };
  return offered.dishes.map((dish) => ({ dish, at: place(dish) })).filter(({ at }) => at < 3).sort((one, other) => one.at - other.at).map(({ dish }) => dish);
}
