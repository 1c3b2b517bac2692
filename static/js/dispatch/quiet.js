// Nobody has touched the board for a minute, and nobody is choosing: what moves now moves under no finger.
import { byId } from "../core/dom.js";

const QUIET = 60_000; // milliseconds
const LOOK = 5000; // milliseconds
let touched = performance.now();

/** @param {() => void} tidy */
export function whileQuiet(tidy) {
  setInterval(() => { if (performance.now() - touched >= QUIET && byId("hand").hidden) tidy(); }, LOOK);
}

for (const touch of ["pointerdown", "pointerup", "keydown", "wheel"]) {
  addEventListener(touch, () => { touched = performance.now(); }, { capture: true, passive: true });
}
