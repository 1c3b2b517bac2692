// The guest's page tells what is new while it is closed, once somebody asks for it; and stops when they ask for that.
import { byId, one, write } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { hindrance, handOver, handedOver, takeBack } from "./browser.js";

const WORKER = "/track/worker.js";
const { pathname, search } = location;
const MANIFEST = `${pathname}/app.webmanifest${search}`;
const place = byId("tell");
const button = one(place, "button");
const said = one(place, "p");
const asks = button.textContent ?? "";

/** @param {string} path @param {unknown} [body] */
async function ask(path, body) {
  const answer = await fetch(`${pathname}/push${path}${search}`, body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {});
  if (!answer.ok) throw answer;
  return answer;
}

/** @param {boolean} isTold */
function show(isTold) {
  write(button, isTold ? say("Tell me no more") : asks);
  write(said, isTold ? say("You will be told on this device, also when this page is closed.") : "");
  if (isTold) localStorage.setItem(`told ${pathname}`, "");
  else localStorage.removeItem(`told ${pathname}`);
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
  const key = ask("").then((answer) => answer.text());
  key.catch(() => {}); // it is asked for again below
  const made = await handOver(WORKER, pathname, key);
  if (!made) {
    write(said, hindrance(MANIFEST) || say("You were not asked for anything, or said no: nothing was changed."));
    return;
  }
  await ask("", made);
  show(true);
  await forgetOld();
}

/** @param {PushSubscription} made */
async function end(made) {
  await ask("/end", made);
  await takeBack(pathname);
  show(false);
}

async function pressed() {
  const why = hindrance(MANIFEST);
  if (why) {
    write(said, why);
    return;
  }
  button.disabled = true;
  try {
    const made = await handedOver(pathname);
    await (made && localStorage.getItem(`told ${pathname}`) !== null ? end(made) : begin());
  } catch {
    write(said, say("That did not work just now. Try again in a moment."));
  } finally {
    button.disabled = false;
  }
}

button.addEventListener("click", pressed);
handedOver(pathname).then((made) => { if (made) show(true); });
