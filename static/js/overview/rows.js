// Rows and lines that are sent change in place; rows then go where they belong, but not under somebody's finger.
import { copyParts, become } from "../live/become.js";
import { MORPH, beforeSwap } from "../live/swap_pipeline.js";
import { emit } from "../core/dom.js";

const STILL_FOR = 1000; // milliseconds around a touch
const list = document.getElementById("restaurants");
let touched = -STILL_FOR;
let waiting = 0;

/** @param {ParentNode} root */
function widen(root) {
  for (const part of root.querySelectorAll("[data-n]")) part.style.flexGrow = part.dataset.n ?? "";
}

// A row that has somebody's focus keeps it on its way.
/** @param {Element} parent @param {HTMLElement} row @param {Element | null} before */
function move(parent, row, before) {
  const held = row.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  if (parent.moveBefore) parent.moveBefore(row, before);
  else parent.insertBefore(row, before);
  held?.focus({ preventScroll: true });
}

// Places are written with as many digits each, so that they compare as texts.
/** @param {Element} parent */
function arrange(parent) {
  const rows = [...parent.children].sort((one, other) => (one.dataset.place < other.dataset.place ? -1 : 1));
  let place = parent.firstElementChild;
  for (const row of rows) {
    if (row === place) place = place.nextElementSibling;
    else move(parent, row, place);
  }
}

/** @param {Element} parent */
function arrangeWhenStill(parent) {
  clearTimeout(waiting);
  const left = touched + STILL_FOR - performance.now();
  if (left > 0) waiting = setTimeout(() => arrangeWhenStill(parent), left);
  else arrange(parent);
}

/** @param {Element} parent @param {DocumentFragment} fragment */
function put(parent, fragment) {
  for (const fresh of [...fragment.children]) {
    const here = document.getElementById(fresh.id);
    if (here) become(here, fresh);
    else parent.append(fresh);
  }
  arrangeWhenStill(parent);
}

beforeSwap(MORPH, ({ tasks }) => {
  for (const { target, fragment } of tasks.splice(0)) {
    if (!target) continue;
    if (target === list) put(target, fragment);
    else copyParts(target, fragment);
    widen(target);
    emit("retimed", target);
  }
});
for (const touch of ["pointerdown", "pointermove"]) list?.addEventListener(touch, () => { touched = performance.now(); });
widen(document);
