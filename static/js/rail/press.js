// A long press on a line of a ticket strikes it off where it stands; a tap opens the ticket. In large density a tap is
// enough, and in compact the lines are too low to be told apart by a finger.
const HELD = 500; // milliseconds
const STRAY = 12; // pixels that a finger may wander meanwhile
const LINE = "[data-view=rail][data-density=normal] .columns .card[data-spot]:not(:popover-open) [data-line]";
/** @type {{ line: HTMLElement, x: number, y: number, timer: number } | null} */
let press = null;
let isStruck = false; // what follows is the end of the press, and no tap

function end() {
  if (!press) return;
  clearTimeout(press.timer);
  delete press.line.dataset.pressed;
  press = null;
}

/** @param {HTMLButtonElement} button */
function strike(button) {
  end();
  isStruck = true;
  button.click();
  navigator.vibrate?.(20);
}

addEventListener("pointerdown", ({ target, isPrimary, clientX: x, clientY: y }) => {
  end();
  isStruck = false;
  const line = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(LINE));
  const button = /** @type {HTMLButtonElement | null} */ (line?.querySelector("button.line") ?? null);
  if (!isPrimary || !line || !button) return;
  press = { line, x, y, timer: setTimeout(() => strike(button), HELD) };
  line.dataset.pressed = "";
}, { capture: true, passive: true });
addEventListener("pointermove", ({ clientX, clientY }) => {
  if (press && Math.hypot(clientX - press.x, clientY - press.y) > STRAY) end();
}, { capture: true, passive: true });
for (const over of ["pointerup", "pointercancel"]) addEventListener(over, end, { capture: true, passive: true });
addEventListener("contextmenu", (event) => { if (press || isStruck) event.preventDefault(); }, { capture: true });
addEventListener("click", (event) => {
  if (!isStruck || event.detail === 0) return; // by a script: the strike itself
  isStruck = false;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
