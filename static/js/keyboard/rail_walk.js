// Walking over the rail: up and down within a column of the page, else along its order, over its pages.
import { go } from "../core/cards.js";

const SAME = 8; // pixels that two cards of one column may differ by
const onwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";

/** @param {string} key @param {HTMLElement} card @param {HTMLElement[]} all */
function inColumn(key, card, all) {
  const { left, top } = card.getBoundingClientRect();
  const way = key === "ArrowDown" ? 1 : -1;
  const places = all.filter((other) => other.checkVisibility()).map((other) => ({ other, box: other.getBoundingClientRect() }));
  const ahead = places.filter(({ box }) => Math.abs(box.left - left) < SAME && (box.top - top) * way > 0);
  return ahead.sort((one, other) => (one.box.top - other.box.top) * way)[0]?.other;
}

// `card` is where the keys are, `all` the rail in its order.
/** @param {string} key @param {HTMLElement | null} card @param {HTMLElement[]} all */
export function walkRail(key, card, all) {
  if (!card || key === "Home") return go(all[0]);
  if (key === "End") return go(all.at(-1));
  if (key === "ArrowUp" || key === "ArrowDown") return go(inColumn(key, card, all));
  go(all[all.indexOf(card) + (key === onwards ? 1 : -1)]);
}
