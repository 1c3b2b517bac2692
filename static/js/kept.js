// The board's last picture is kept on the device, so that the page opens without the server: while it is signed in.
import { knownTrueAt } from "./liveness.js";
import "./versions.js";

const EVERY = 10_000; // milliseconds
const SAME = 500; // milliseconds by which a moment differs that was reckoned twice
const { signIn, kept, policy } = document.body.dataset;
const PATH = location.pathname;
const NAME = `board ${PATH}`;
const page = kept ? null : `<!doctype html>${document.documentElement.outerHTML}`; // as the server made it
const shownAt = Date.now();
const onPage = new Set([...document.querySelectorAll(".card")].map(({ id }) => id));
const changed = new Map();
let cache = null;
let areFilesKept = false;
let isNews = false;
let keptAt = knownTrueAt();

const isOf = (name) => name.startsWith("board ");

async function forgetAll(isToGo = () => true) {
  for (const name of (await caches.keys()).filter(isOf)) if (await isToGo(name)) await caches.delete(name);
}

async function isOfAnother(name) {
  const pageThere = await caches.match(name.slice("board ".length), { cacheName: name });
  return pageThere?.headers.get("Sign-In") !== signIn;
}

async function keepFiles() {
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  const files = new Set(loaded.filter((path) => path.startsWith("/static/")));
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll([...files].filter((path) => !there.has(path)));
  for (const old of there) if (old.startsWith("/static/") && !files.has(old)) await cache.delete(old);
  areFilesKept = true;
}

async function begin() {
  try {
    await navigator.serviceWorker.register("/sw.js");
  } catch {
    return; // nobody would open what is kept
  }
  await forgetAll(isOfAnother);
  const opened = await caches.open(NAME);
  if (page) {
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Sign-In": signIn, "Shown-At": shownAt };
    await opened.put(PATH, new Response(page, { headers }));
    for (const rest of ["/cards", "/as-of"]) await opened.delete(PATH + rest);
  }
  cache = opened;
  await keepFiles();
}

function remember(id, version, column, html) {
  if (version < (changed.get(id)?.version ?? 0)) return;
  isNews = true;
  changed.set(id, { version, column, html });
}

function hear({ target, swapSpec, fragment }) {
  const { card, version, style } = swapSpec ?? {};
  if (style === "innerHTML" && target?.matches?.(".cards")) {
    for (const each of fragment.children) remember(each.id, Number(each.dataset.version), target.id, each.outerHTML);
  } else if (card) remember(card, version, style === "delete" ? null : target.id, fragment.firstElementChild?.outerHTML);
}

// A snapshot shows what is on the board, and so what is not.
function hearAll({ detail: { tasks } }) {
  const isWhole = tasks.some(({ swapSpec, target }) => swapSpec?.style === "innerHTML" && target?.matches?.(".cards"));
  if (isWhole) for (const id of [...onPage, ...changed.keys()]) remember(id, changed.get(id)?.version ?? 0, null);
  tasks.forEach(hear);
}

function partials([id, { version, column, html }]) {
  const about = version > 0 ? `card:${id} version:${version}` : "";
  const gone = `<hx-partial hx-target="#${id}" hx-swap="delete ${about}"></hx-partial>`;
  if (column === null) return onPage.has(id) ? gone : "";
  return `${gone}<hx-partial hx-target="#${column}" hx-swap="upsert key:data-place sort ${about}">${html}</hx-partial>`;
}

async function keep() {
  const at = knownTrueAt();
  if (cache === null) return;
  if (!areFilesKept) await keepFiles(); // the line may have been cut while they came
  if (!isNews && Math.abs(at - keptAt) < SAME) return;
  keptAt = at;
  if (isNews) {
    isNews = false;
    await cache.put(`${PATH}/cards`, new Response([...changed].map(partials).join("")));
  }
  await cache?.put(`${PATH}/as-of`, new Response(String(at)));
}

// The line may go, and the device's room run out, at any moment: what is not kept now is kept the next time.
const trying = (work) => () => work().catch((error) => console.warn("The board is not kept.", error));

async function stop() {
  cache = null;
  if (globalThis.caches) await forgetAll();
}

// Before anything is dropped or changed of it.
addEventListener("htmx:before:swap", hearAll, { capture: true });
document.addEventListener("over", trying(stop));
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented && /(logout|sign-out)$/.test(target.getAttribute("action"))) trying(stop)();
});

if (kept) {
  document.addEventListener("DOMContentLoaded", async () => {
    await htmx.swap({ text: document.getElementById("kept").innerHTML, sourceElement: document.body, swap: "none" });
    document.dispatchEvent(new Event("kept:shown"));
  });
}
if (navigator.serviceWorker) {
  addEventListener("load", trying(begin));
  const keepNow = trying(keep);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepNow(); });
  for (const loss of ["htmx:sse:error", "htmx:sse:before:connection"]) document.addEventListener(loss, keepNow);
  setInterval(() => requestIdleCallback(keepNow), EVERY);
}
