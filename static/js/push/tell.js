// The guest's page tells what is new while it is closed, once somebody asks for it; and stops when they ask for that.
// What it says comes with the key that it needs anyway: most guests never ask, and their page carries none of it.
import { byId, one, write } from "../core/dom.js";
import { hindrance, handOver, handedOver, takeBack } from "./browser.js";

const WORKER = "/track/worker.js";
const { pathname, search } = location;
const TOLD = `told ${pathname}`;
const place = byId("tell");
const button = one(place, "button");
const said = one(place, "p");
const asks = button.textContent ?? "";
/** @type {Promise<Record<string, string>> | undefined} */
let kept;

/** @param {string} path @param {unknown} [body] */
async function ask(path, body) {
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${pathname}/push${path}${search}`, body ? sent : {});
  if (!answer.ok) throw answer;
  return answer;
}

function words() {
  kept ??= ask("").then((answer) => answer.json()).catch((error) => {
    kept = undefined;
    throw error;
  });
  return kept;
}

/** @param {boolean} isTold */
async function show(isTold) {
  if (isTold) localStorage.setItem(TOLD, "");
  else localStorage.removeItem(TOLD);
  const { stop, told } = await words();
  write(button, isTold ? stop : asks);
  write(said, isTold ? told : "");
}

// Links end a day after their order: what they have left behind on this device goes.
async function forgetOld() {
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    const path = new URL(registration.scope).pathname;
    if (path.startsWith("/track/") && path !== pathname && (await fetch(path)).status === 404) {
      await registration.unregister();
      localStorage.removeItem(`told ${path}`);
    }
  }
}

async function begin() {
  const key = words().then((found) => found.key);
  key.catch(() => {}); // whoever needs it hears of it
  const made = await handOver(WORKER, pathname, key);
  if (!made) return hindrance(place.dataset.manifest ?? "") || "unasked";
  await ask("", made);
  await show(true);
  await forgetOld();
  return "";
}

/** @param {PushSubscription} made */
async function end(made) {
  await ask("/end", made);
  await takeBack(pathname);
  await show(false);
  return "";
}

async function pressed() {
  const why = hindrance(place.dataset.manifest ?? "");
  if (why) return why;
  const made = await handedOver(pathname);
  return made && localStorage.getItem(TOLD) !== null ? end(made) : begin();
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const why = await pressed();
    if (why) write(said, (await words())[why]);
  } catch {
    write(said, place.dataset.failed ?? "");
  } finally {
    button.disabled = false;
  }
});
handedOver(pathname).then((made) => made && show(true)).catch(() => {});
