// Opens a board without the server: its last picture and its files, as static/js/offline/snapshot.js keeps them.
// Only pages and files pass through here; taps and streams go to the server, or nowhere.
const PATIENCE = 4000; // milliseconds
const LASTS = 15 * 60 * 60 * 1000; // milliseconds: a person's sign-in is renewed once an hour, for 16; a tablet's is for a year
const BOARD = /^\/r\/[^/]+\/(kitchen|dispatch)$/;
const LOGIN = "/login"; // its page is only shown to those who are signed out
const LEAVING = [LOGIN, "/logout", "/tablet/sign-out", "/tablets"];
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

const boards = async () => (await caches.keys()).filter((name) => name.startsWith("board "));
/** @param {string} path */
const nameOf = (path) => `board ${path}`;

async function forgetAll() {
  for (const name of await boards()) await caches.delete(name);
}

/** @param {Request} request */
async function fromServer(request) {
  /** @type {Promise<never>} */
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  const answer = await Promise.race([fetch(request), late]);
  if (answer.status >= 500) throw answer;
  return answer;
}

/** @param {string} path @param {string} what */
async function read(path, what) {
  const part = await caches.match(path + what, { cacheName: nameOf(path) });
  return part?.text();
}

// When the picture was last true; null if there is none, or if the sign-in that its page was shown to may have run out.
/** @param {string} path */
async function trueAt(path) {
  const page = await caches.match(path, { cacheName: nameOf(path) });
  if (!page) return null;
  const shownAt = Number(page.headers.get("Shown-At"));
  const isTablets = page.headers.get("Sign-In")?.startsWith("tablet:");
  if (isTablets || Date.now() - shownAt < LASTS) return Number((await read(path, "/as-of")) ?? shownAt);
  await caches.delete(nameOf(path));
  return null;
}

// Moves the kept page's server time (`data-now`) on by the time that has passed since it was shown.
/** @param {string} path */
async function picture(path) {
  const at = await trueAt(path);
  if (at === null) return null;
  const page = /** @type {Response} */ (await caches.match(path, { cacheName: nameOf(path) }));
  const since = Date.now() - Number(page.headers.get("Shown-At"));
  const html = (await page.text()).replace(/data-now="(\d+)"/, (_, now) => `data-now="${Number(now) + since}" data-kept="${at}"`);
  const end = html.lastIndexOf("</body>");
  const cards = `<template id="kept">${(await read(path, "/cards")) ?? ""}</template>`;
  const headers = { ...HEADERS, "Content-Security-Policy": /** @type {string} */ (page.headers.get("Content-Security-Policy")) };
  return new Response(html.slice(0, end) + cards + html.slice(end), { headers });
}

// Whatever page cannot be had now: a device without a line shows the board that was open last, which says so.
/** @param {Request} request */
async function lastBoard(request) {
  const paths = (await boards()).map((name) => name.slice("board ".length));
  /** @type {(path: string) => Promise<[number, string]>} */
  const dated = async (path) => [/** @type {number} */ (await trueAt(path)), path];
  const found = (await Promise.all(paths.map(dated))).filter(([at]) => at);
  const [, last] = found.sort(([one], [other]) => other - one)[0] ?? [];
  return last ? Response.redirect(last) : fetch(request);
}

/** @param {Request} request @param {string} path */
async function page(request, path) {
  const isBoard = BOARD.test(path);
  try {
    const answer = await (isBoard || path === "/" ? fromServer : fetch)(request);
    if (isBoard ? !answer.ok : path === LOGIN && answer.ok) await forgetAll(); // the sign-in of before has ended
    return answer;
  } catch {
    return (isBoard && (await picture(path))) || lastBoard(request);
  }
}

/** @param {Request} request */
const file = async (request) => (await caches.match(request.url)) ?? fetch(request);

addEventListener("install", () => skipWaiting());
addEventListener("activate", (/** @type {ExtendableEvent} */ event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && LEAVING.includes(pathname)) event.waitUntil(forgetAll());
  if (request.method !== "GET") return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode !== "navigate") return;
  else event.respondWith(page(request, pathname));
});
