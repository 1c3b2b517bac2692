// The board's last picture is kept on the device, so that the page opens without the server: while it is signed in.
import { byId, emit, on } from "../core/dom.js";
import { late } from "../core/late.js";
import { PATH, begin, forgetAll } from "./snapshot_cache.js";
import { knownTrueAt } from "../live/liveness.js";
import { RECORD, beforeSwap } from "../live/swap_pipeline.js";

const EVERY = 10_000; // milliseconds
const SAME = 20; // milliseconds: two calculations of one moment may differ by this
const { kept } = document.body.dataset;
const onPage = new Set([...document.querySelectorAll(".card")].map(({ id }) => id));
/** @type {Map<string, { version: number, column: string | null, html?: string }>} */
const changed = new Map();
/** @type {Cache | null} */
let cache = null;
let isBeginning = false;
let isOver = false;
let isNews = false;
let keptAt = knownTrueAt();

// Called at once, as the line may be lost at any moment, and again when it is back.
async function start() {
  if (cache !== null || isBeginning || isOver) return;
  isBeginning = true;
  try {
    const begun = await begin();
    if (isOver) await forgetAll();
    else cache = begun;
  } catch {
    cache = null;
  } finally {
    isBeginning = false;
  }
}

/** @param {string} id @param {number} version @param {string | null} column @param {string} [html] */
function remember(id, version, column, html) {
  if (version < (changed.get(id)?.version ?? 0)) return;
  isNews = true;
  changed.set(id, { version, column, html });
}

/** @param {SwapTask} task */
function hear({ target, swapSpec, fragment }) {
  const { card, version, style } = /** @type {SwapSpec} */ (swapSpec ?? {});
  if (style === "innerHTML" && target?.matches(".cards")) {
    for (const each of fragment.children) remember(each.id, Number(each.dataset.version), target.id, each.outerHTML);
  } else if (card) {
    const column = style === "delete" ? null : /** @type {Element} */ (target).id;
    remember(card, /** @type {number} */ (version), column, fragment.firstElementChild?.outerHTML);
  }
}

// A snapshot has all cards of the board, so every card that is not on it is gone.
/** @param {Swap} swap */
function hearAll({ tasks }) {
  const isWhole = tasks.some(({ swapSpec, target }) => swapSpec?.style === "innerHTML" && target?.matches(".cards"));
  if (isWhole) for (const id of [...onPage, ...changed.keys()]) remember(id, changed.get(id)?.version ?? 0, null);
  tasks.forEach(hear);
}

/** @param {[string, { version: number, column: string | null, html?: string }]} about */
function partials([id, { version, column, html }]) {
  const about = version > 0 ? `card:${id} version:${version}` : "";
  const gone = `<hx-partial hx-target="#${id}" hx-swap="delete ${about}"></hx-partial>`;
  if (column === null) return onPage.has(id) ? gone : "";
  return `${gone}<hx-partial hx-target="#${column}" hx-swap="upsert key:data-place sort ${about}">${html}</hx-partial>`;
}

async function keep() {
  await start(); // if the cache could not be filled before, without a line
  const at = knownTrueAt();
  if (cache === null || (!isNews && Math.abs(at - keptAt) < SAME)) return;
  keptAt = at;
  if (isNews) {
    isNews = false;
    await cache.put(`${PATH}/cards`, new Response([...changed].map(partials).join(""))).catch((error) => { isNews = true; throw error; });
  }
  await cache?.put(`${PATH}/as-of`, new Response(String(at)));
}

// The device may run out of room at any moment: what is not kept now is kept the next time.
/** @param {() => Promise<void>} work */
const trying = (work) => () => work().catch((error) => console.warn("The board is not kept.", error));

async function stop() {
  isOver = true;
  cache = null;
  if (globalThis.caches) await forgetAll();
}

beforeSwap(RECORD, hearAll);
on("over", trying(stop));
on("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented && /(logout|sign-out)$/.test(/** @type {string} */ (target.getAttribute("action")))) trying(stop)();
});

if (kept) {
  on("DOMContentLoaded", async () => {
    await htmx.swap({ text: byId("kept").innerHTML, sourceElement: document.body, swap: "none" });
    emit("kept:shown");
  });
}
if (navigator.serviceWorker) {
  start();
  for (const sign of ["online", "load"]) addEventListener(sign, start);
  on("htmx:sse:after:connection", start);
  const keepNow = trying(keep);
  on("visibilitychange", () => { if (document.hidden) keepNow(); });
  for (const loss of /** @type {const} */ (["htmx:sse:error", "htmx:sse:before:connection"])) on(loss, keepNow);
  setInterval(() => (globalThis.requestIdleCallback ?? setTimeout)(keepNow), EVERY);
} else late("http", "plain_http").catch(() => {});
