// What is done before and after every swap of htmx: each step once, in the order that stands here, whatever was
// imported first. A step before the swap that answers false ends it; one that fails keeps no other from its work.

// Before a swap:
export const REFUSE = 0; // what a refused stream answers is not swapped in
export const RECORD = 1; // the picture kept on the device takes what comes, as it came
export const UNCOVER = 2; // cards that change are again as the server made them
export const DROP_STALE = 3; // what is older than what was shown goes no further; a snapshot becomes moves of cards
export const MORPH = 4; // a card that stays is changed in its place, and its moves are done
export const REMEMBER = 5; // what somebody has opened

// After it; other numbers, so that a step is not put before by mistake:
export const RESTORE = 6; // what somebody had opened
export const COVER = 7; // cards show their taps again
export const COUNT = 8; // the taps that wait
export const TELL = 9; // what is new on a page without cards

/** @typedef {(swap: Swap) => boolean | void} Step */
/** @typedef {typeof REFUSE | typeof RECORD | typeof UNCOVER | typeof DROP_STALE | typeof MORPH | typeof REMEMBER} Before */
/** @typedef {typeof RESTORE | typeof COVER | typeof COUNT | typeof TELL} After */

/** @template {number} Place @param {string} event @returns {(place: Place, step: Step) => void} */
function pipeline(event) {
  /** @type {Step[]} */
  const steps = [];
  addEventListener(event, (swap) => {
    for (const step of steps) {
      try {
        if (step?.(/** @type {CustomEvent<Swap>} */ (swap).detail) === false) return swap.preventDefault();
      } catch (error) {
        reportError(error);
      }
    }
  }, { capture: true });
  return (place, step) => { steps[place] = step; };
}

/** @type {(place: Before, step: Step) => void} */
export const beforeSwap = pipeline("htmx:before:swap");
/** @type {(place: After, step: Step) => void} */
export const afterSwap = pipeline("htmx:after:swap");
