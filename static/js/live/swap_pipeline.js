// What is done before and after every swap of htmx: each step once, in the order that stands here, whatever was
// imported first. A step before the swap that answers false ends it; one that fails keeps no other from its work.

// Before a swap:
export const REFUSE = 0; // what a refused stream answers is not swapped in
export const RECORD = 1; // the picture kept on the device takes what comes, as it came
export const UNCOVER = 2; // cards that change are again as the server made them
export const DROP_STALE = 3; // what is older than what was shown goes no further; a snapshot becomes moves of cards
export const MORPH = 4; // a card that stays is changed in its place, and its moves are done
export const REMEMBER = 5; // what somebody has opened

// After it:
export const RESTORE = 0; // what somebody had opened
export const COVER = 1; // cards show their taps again
export const COUNT = 2; // the taps that wait
export const TELL = 3; // what is new on a page without cards

/** @param {string} event @returns {(place: number, step: (swap: Swap) => boolean | void) => void} */
function pipeline(event) {
  /** @type {((swap: Swap) => boolean | void)[]} */
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

export const beforeSwap = pipeline("htmx:before:swap");
export const afterSwap = pipeline("htmx:after:swap");
