// Sends the order once: kept on the device until our server has answered, and sent again by itself when nobody does.
import { byId, make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import * as person from "../tablet/person.js";
import { ask, form, put, tell, typed } from "./asking.js";
import { forget, restore } from "./draft.js";

/** @typedef {{ body: string, at: number, tries: number }} Unsent */

const { restaurant, signIn, tablet } = document.body.dataset;
const SCOPE = `order:${restaurant}:${signIn}:`;
const LONGEST = 900_000; // milliseconds: what waited for longer is looked at before it goes
const PAUSES = [2000, 4000, 8000]; // milliseconds
let later = 0;
let isBusy = false;
/** @type {Unsent | null} */
let unsent = null;

/** @param {Unsent} order */
const placeOf = ({ body }) => SCOPE + (new URLSearchParams(body).get("key") ?? "");

/** @param {Unsent | null} order */
function keep(order) {
  const before = unsent;
  unsent = order;
  try {
    if (order) localStorage.setItem(placeOf(order), JSON.stringify(order));
    else if (before) localStorage.removeItem(placeOf(before));
  } catch {
    // then the page itself keeps it
  }
}

// Nothing is changed of what may be on its way.
/** @param {boolean} isIt */
function lock(isIt) {
  const entry = document.getElementById("entry");
  if (entry) entry.inert = isIt;
}

function wait() {
  const pause = PAUSES[Math.min(unsent?.tries ?? 1, PAUSES.length) - 1];
  tell(say("No answer: the order is kept on this device, and goes by itself when the line is back."), true);
  clearTimeout(later);
  later = setTimeout(send, pause);
}

// The form again, with what is wrong: what was typed stands in it.
/** @param {DocumentFragment} part */
function amend(part) {
  keep(null);
  lock(false);
  tell("");
  put(part);
  const problem = document.querySelector("#entry .problem:not(.paused)");
  if (problem) problem.tabIndex = -1;
  (document.querySelector("#entry [aria-invalid=true]") ?? problem)?.focus();
  problem?.scrollIntoView({ block: "center" });
}

/** @param {Response} answer @param {DocumentFragment} part */
function done(answer, part) {
  keep(null);
  forget();
  tell("");
  byId("order").replaceChildren(part);
  document.querySelector("[data-discard]")?.remove();
  history.replaceState(null, "", answer.headers.get("Location"));
  document.title = `${byId("sent").querySelector(".headline")?.textContent ?? ""}`;
  byId("sent").querySelector(".headline")?.focus();
  scrollTo(0, 0);
}

// On a shared tablet somebody signs for it. False if nobody does.
/** @param {URLSearchParams} body */
async function sign(body) {
  if (tablet === undefined) return true;
  try {
    body.set("person", await person.identify());
    return true;
  } catch {
    keep(null);
    lock(false);
    tell(say("Not sent: nobody signed for it."), true);
    return false;
  }
}

/** @param {Unsent} order */
async function attempt(order) {
  const body = new URLSearchParams(order.body);
  body.set("do", "send");
  if (!(await sign(body))) return;
  keep({ ...order, tries: order.tries + 1 });
  if (order.tries > 0) body.set("again", "1");
  tell(say("Sending…"));
  const got = navigator.onLine ? await ask(form().action, body) : null;
  if (!got) return wait();
  const { answer, part } = got;
  if (part.getElementById("sent")) return done(answer, part);
  if (part.getElementById("entry")) return amend(part);
  if (answer.headers.get("X-Person") === "needed") {
    person.forget(body.get("person") ?? "");
    return attempt(order);
  }
  if (answer.status === 401) {
    const link = make("a", { href: "/login", textContent: say("Sign in") });
    tell(say("You are signed out. The order is kept on this device; sign in again, and it goes."), true);
    return byId("sending").append(" ", link);
  }
  return wait();
}

async function send() {
  if (isBusy || !unsent) return;
  isBusy = true;
  lock(true);
  try {
    await attempt(unsent);
  } finally {
    isBusy = false;
  }
}

on("submit", (event) => {
  if (event.target !== document.getElementById("entry") || /** @type {HTMLButtonElement | null} */ (event.submitter)?.value !== "send") return;
  event.preventDefault();
  keep({ body: `${typed()}`, at: Date.now(), tries: 0 });
  send();
});
addEventListener("online", send);

/** @returns {Unsent | undefined} */
function left() {
  const place = Object.keys(localStorage).find((each) => each.startsWith(SCOPE));
  return place && JSON.parse(localStorage.getItem(place) ?? "null");
}

// What had no answer when the page was left goes first; what is old by now somebody looks at.
export async function resume() {
  const kept = left();
  if (!kept) return restore();
  unsent = { ...kept, tries: Math.max(1, kept.tries) };
  if (Date.now() - kept.at < LONGEST) return send();
  keep(null);
  await restore(kept.body);
  tell(say("This order had no answer when the page was left. Look at it, and send it once more: it does not double."), true);
}
