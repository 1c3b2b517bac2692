// Nothing moves for a second around a touch, nor beneath what somebody has open over the board: what is to move waits,
// and is moved at once when it may. What is left open holds nothing for long: nobody would see what is new.
import { on } from "./dom.js";

const AROUND = 1000; // milliseconds
const DOWN = 10_000; // milliseconds for which a finger that is down is waited for: what lifts it may be missed
const LEFT = 10_000; // milliseconds after which what lies over the board, and nobody touches, holds nothing any more
const LOOK = 100; // milliseconds
let touched = -Infinity;
let used = -Infinity; // when something was opened over the board, or touched while it was
/** @type {(() => void) | null} */
let waiting = null;
let later = 0;

/** @type {Set<Element>} */
const shown = new Set(); // what lay over the board and did not close; found without a look at each of the cards' parts

const isOver = () => [...document.body.children].some((part) => part.matches("dialog[open]")) || [...shown].some((part) => part.isConnected && part.matches(":popover-open"));
const isHeld = () => performance.now() - used < LEFT && isOver();
const isStill = () => performance.now() - touched >= AROUND && !isHeld();

function look() {
  later = 0;
  if (!waiting) return;
  if (!isStill()) {
    later = setTimeout(look, LOOK);
    return;
  }
  const move = waiting;
  waiting = null;
  move();
}

// Of several moves that wait, the last is made: it sees what the others would have seen. It is a task of its own, so
// that a tap need not wait for a message and for what follows from it.
/** @param {() => void} move */
export function whenStill(move) {
  waiting = move;
  if (!later) later = setTimeout(look);
}

addEventListener("beforetoggle", ({ target, newState }) => {
  shown[newState === "open" ? "add" : "delete"](/** @type {Element} */ (target));
  used = performance.now();
}, { capture: true });
// A key that waits for another one holds the rail as a finger does.
on("still:asked", () => { touched = performance.now(); });
for (const touch of ["pointerdown", "pointerup", "pointercancel"]) {
  addEventListener(touch, () => { touched = performance.now() + (touch === "pointerdown" ? DOWN : 0); }, { capture: true, passive: true });
}
for (const use of ["pointerdown", "pointerup", "keydown", "wheel"]) {
  addEventListener(use, () => { used = performance.now(); }, { capture: true, passive: true });
}
