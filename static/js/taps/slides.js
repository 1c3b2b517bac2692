// Which cards have just slid to another place because somebody else moved one: a tap may be meant for what was there.
const SETTLED = 450; // milliseconds
/** @type {WeakMap<HTMLElement, number>} */
const moved = new WeakMap();

// A script has given the card another place.
/** @param {HTMLElement} card */
export function hasMoved(card) {
  moved.set(card, performance.now());
}

/** @param {HTMLElement} card */
export const hasJustMoved = (card) => performance.now() - (moved.get(card) ?? -Infinity) < SETTLED;
