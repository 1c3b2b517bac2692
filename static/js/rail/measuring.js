// How high tickets are at the width that they have now: each is measured once, and again when it, or the width, changed.
/** @typedef {import("./packing.js").Measured} Measured */

const TOGETHER = 8; // measured with one layout: about what a page asks for next
/** @type {WeakMap<HTMLElement, { look: string, measured: Measured }>} */
const known = new WeakMap();
let era = 0;

// Another width, another density, other stations: everything is measured anew.
export function forgetHeights() {
  era += 1;
}

/** @param {HTMLElement} card */
const lookOf = ({ dataset }) => `${era} ${dataset.version}`;
/** @param {HTMLElement} card */
export const linesOf = (card) => [...card.querySelectorAll(".items > li:not([data-elsewhere])")];

// What stands there with all its lines can be read as it is.
/** @param {HTMLElement} card */
const isWhole = (card) => card.dataset.spot !== undefined && card.querySelector(".fold") === null;

// One that lies open has other heights than at its place: what was known of it holds until it is closed.
/** @param {HTMLElement} card */
function isKnown(card) {
  const found = known.get(card);
  return found !== undefined && (found.look === lookOf(card) || card.matches(":popover-open"));
}

/** @param {HTMLElement} card @returns {Measured} */
function read(card) {
  const rows = linesOf(card).map((line) => line.offsetHeight);
  return { rows, top: card.offsetHeight - rows.reduce((all, height) => all + height, 0), isShut: card.dataset.held !== undefined };
}

/** @param {HTMLElement[]} cards @param {number} index */
export function measured(cards, index) {
  const card = cards[index];
  if (!isKnown(card)) {
    const unknown = cards.slice(index, index + TOGETHER).filter((each) => !isKnown(each));
    for (const each of unknown) if (!isWhole(each)) each.dataset.gauged = "";
    for (const each of unknown) known.set(each, { look: lookOf(each), measured: read(each) });
    for (const each of unknown) delete each.dataset.gauged;
  }
  return /** @type {{ measured: Measured }} */ (known.get(card)).measured;
}
