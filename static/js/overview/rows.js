// Rows and lines that are sent change in place; rows then go where they belong, but not under somebody's finger.
import { copyParts, become } from "../live/become.js";
import { MORPH, beforeSwap } from "../live/swap_pipeline.js";
import { emit } from "../core/dom.js";
import { move } from "../core/moving.js";
import { whenStill } from "../core/stillness.js";

const list = document.getElementById("restaurants");

/** @param {ParentNode} root */
function widen(root) {
  for (const part of root.querySelectorAll("[data-n]")) part.style.flexGrow = part.dataset.n ?? "";
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

/** @param {Element} parent @param {DocumentFragment} fragment */
function put(parent, fragment) {
  for (const fresh of [...fragment.children]) {
    const here = document.getElementById(fresh.id);
    if (here) become(here, fresh);
    else parent.append(fresh);
  }
  whenStill(() => arrange(parent));
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
// A mouse that moves over the rows holds them as a finger does.
list?.addEventListener("pointermove", () => emit("still:asked"));
widen(document);
