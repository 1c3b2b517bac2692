// A card that stays on the board is changed in its place.
import { become } from "./become.js";
import { inNextTask } from "../core/tasks.js";
import { move } from "../core/moving.js";
import { on } from "../core/dom.js";
import { MORPH, beforeSwap } from "./swap_pipeline.js";

// Sort keys are written with as many digits each, so that they compare as texts.
/** @param {HTMLElement} card @param {Element} column */
function settle(card, column) {
  const next = [...column.children].find((other) => other !== card && other.dataset.place > card.dataset.place) ?? null;
  if (card.parentNode === column && card.nextElementSibling === next) return;
  move(column, card, next);
  card.dataset.moved = ""; // it is seen to arrive, once
}

/** @param {HTMLElement} fresh @param {Element} column */
function put(fresh, column) {
  const here = document.getElementById(fresh.id);
  if (here) become(here, fresh);
  settle(here ?? fresh, column);
}

// A card that one swap both removes and adds is changed in place, without the removal.
beforeSwap(MORPH, ({ tasks }) => {
  const staying = new Set(tasks.filter(({ swapSpec }) => swapSpec?.style === "upsert").map(({ swapSpec }) => swapSpec?.card));
  const rest = tasks.filter(({ swapSpec, fragment, target }) => {
    if (!staying.has(swapSpec?.card)) return true;
    if (swapSpec?.style === "upsert" && target) put(/** @type {HTMLElement} */ (fragment.firstElementChild), target);
    return false;
  });
  tasks.splice(0, tasks.length, ...rest);
});

// A message is read in one task and put on the page in the next, so that a tap has to wait for neither.
on("htmx:sse:before:message", ({ detail: { message, waitUntil } }) => {
  if (!message.event) waitUntil(new Promise(inNextTask));
});
