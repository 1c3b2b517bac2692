// Where a board's picture is kept on the device: a cache for each board, of whoever is signed in and nobody else.
const { signIn, kept, policy } = document.body.dataset;
export const PATH = location.pathname;
const NAME = `board ${PATH}`;
const page = kept ? null : `<!doctype html>${document.documentElement.outerHTML}`; // as the server made it
const shownAt = Date.now();

/** @param {string} name */
const isOf = (name) => name.startsWith("board ");

/** @param {(name: string) => Promise<boolean> | boolean} isToGo */
export async function forgetAll(isToGo = () => true) {
  for (const name of (await caches.keys()).filter(isOf)) if (await isToGo(name)) await caches.delete(name);
}

/** @param {string} name */
async function isOfAnother(name) {
  const pageThere = await caches.match(name.slice("board ".length), { cacheName: name });
  return pageThere?.headers.get("Sign-In") !== signIn;
}

// The files that the page names; what an older page named goes.
/** @param {Cache} cache @param {string} page */
async function keepFiles(cache, page) {
  const files = new Set([...page.matchAll(/"(\/static\/[^"]+)"/g)].map(([, path]) => path));
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll([...files].filter((path) => !there.has(path)));
  for (const old of there) if (old.startsWith("/static/") && !files.has(old)) await cache.delete(old);
}

/** @param {Cache} cache @param {string} page */
async function keepPage(cache, page) {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Sign-In": signIn, "Shown-At": `${shownAt}` };
  for (const rest of ["/cards", "/as-of"]) await cache.delete(PATH + rest);
  await cache.put(PATH, new Response(page, { headers }));
}

async function open() {
  await forgetAll(isOfAnother);
  const cache = await caches.open(NAME);
  if (page) {
    await keepFiles(cache, page); // first: a page without its files opens, and does nothing
    await keepPage(cache, page);
  }
  return cache;
}

// The cache, with the page and its files in it and a worker that opens them. Rejects if the line is lost meanwhile.
export const begin = () => Promise.all([open(), navigator.serviceWorker.register("/sw.js")]).then(([cache]) => cache);
