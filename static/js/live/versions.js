// Nothing goes back: what is older than what was shown is dropped, whatever order answers and pushes arrive in.
import { emit, on } from "../core/dom.js";
import { become } from "./become.js";
import { DROP_STALE, beforeSwap } from "./swap_pipeline.js";

/** @typedef {{ card: string, version: number }} About */

/** @type {Map<string, number>} */
const versions = new Map();
let epoch = document.querySelector("[data-epoch]")?.dataset.epoch;

/** @param {string} id */
const shown = (id) => Number(document.getElementById(id)?.dataset.version);

/** @param {string} id @param {number} version */
function remember(id, version) {
  versions.set(id, Math.max(version, versions.get(id) ?? 0));
}

// The same version again leaves the element alone, and with it what somebody is typing into it.
/** @param {About} about */
function isNews({ card, version }) {
  const known = versions.get(card) ?? 0;
  return version > known || (version === known && shown(card) !== version);
}

/** @param {SwapTask} task @returns {task is SwapTask & { swapSpec: SwapSpec & About }} */
const isAboutCard = (task) => Boolean(task.swapSpec?.card);

/** @param {SwapTask} task */
const isSnapshot = ({ target, swapSpec }) => swapSpec?.style === "innerHTML" && target?.matches?.(".cards");

/** @param {SwapTask} task @param {SwapSpec} swapSpec @returns {SwapTask} */
const step = (task, swapSpec, fragment = document.createDocumentFragment()) => ({ ...task, swapSpec, fragment });

/** @param {HTMLElement} card @param {SwapTask} task */
function move(card, task) {
  const about = { card: card.id, version: Number(card.dataset.version) };
  const fragment = document.createDocumentFragment();
  const here = document.getElementById(card.id);
  fragment.append(card);
  return [
    step({ ...task, target: here }, { style: "delete", ...about }),
    step(task, { style: "upsert", key: "data-place", sort: true, ...about }, fragment),
  ];
}

// Splits a snapshot into moves and removals of cards: it may be older than an answer that one of them shows.
/** @param {SwapTask[]} tasks */
function asMoves(tasks) {
  const listed = new Set(tasks.filter(isSnapshot).flatMap(({ fragment }) => [...fragment.children].map(({ id }) => id)));
  return tasks.flatMap((task) => {
    if (!isSnapshot(task)) return [task];
    const gone = [.../** @type {Element} */ (task.target).children].filter(({ id }) => !listed.has(id));
    return [
      ...gone.map((card) => step({ ...task, target: card }, { style: "delete" })),
      ...[...task.fragment.children].flatMap((card) => move(card, task)),
    ];
  });
}

// For the version shown, the stream may bring new times and offer other moves, as targets and rules change without a
// step. An answer may not: it may have been under way for long. An element without controls is simply replaced.
/** @param {SwapTask & { swapSpec: SwapSpec & About }} task */
function isStillNews({ swapSpec, fragment }) {
  const { card, version, style } = swapSpec;
  const here = /** @type {HTMLElement} */ (document.getElementById(card));
  if (version !== versions.get(card) || shown(card) !== version) return false;
  for (const fresh of style === "upsert" ? fragment.querySelectorAll("[data-timed]") : []) {
    here.querySelector(`[data-timed="${fresh.dataset.timed}"]`)?.replaceWith(fresh);
  }
  const [acts, offered] = [here.querySelector(".acts"), fragment.querySelector(".acts")];
  if (style === "upsert" && acts && offered) become(acts, offered);
  emit("retimed", here);
  return style === "innerHTML";
}

beforeSwap(DROP_STALE, ({ tasks, ctx }) => {
  const isPushed = ctx.sourceElement?.matches("[hx-sse\\:connect]");
  const fresh = asMoves(tasks).filter((task) => !isAboutCard(task) || isNews(task.swapSpec) || (isPushed && isStillNews(task)));
  for (const task of fresh) if (isAboutCard(task)) remember(task.swapSpec.card, task.swapSpec.version);
  tasks.splice(0, tasks.length, ...fresh);
});

// Another epoch is another history (a restored backup): what was known of the old one no longer counts.
on("htmx:sse:before:message", ({ detail: { message } }) => {
  if (!message.id) return;
  const told = message.id.slice(0, message.id.lastIndexOf("-"));
  if (told !== epoch) versions.clear();
  epoch = told;
});

for (const { id, dataset } of document.querySelectorAll("[data-version]")) remember(id, Number(dataset.version));
