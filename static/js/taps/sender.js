// Sends taps one at a time, each until our server answers: without its answer, a tap may or may not be done.
import { emit, on } from "../core/dom.js";
import { areKept, change, drop, firstToSend, isStillThere, nextDue, refused, tell, unsent } from "./outbox.js";
import { doubt, refused as isRefused } from "../live/liveness.js";
import { now } from "../core/server_time.js";
import * as person from "../tablet/person.js";
import { takeBack } from "./queue.js";

const PATIENCE = 8000; // milliseconds
const PAUSES = [2000, 4000, 8000];
const ASIDE = 30_000; // milliseconds: a tap at which the server keeps failing must not hold up other orders
const { signIn, board, restaurant, language = "", tablet } = document.body.dataset;
let hindrance = "";
let failures = 0;
/** @type {Promise<void> | undefined} */
let sending;
let isWanted = false;
let later = 0;

// Why taps wait: "line", "person", "signed-out", or nothing.
export const whatHinders = () => hindrance;

/** @param {string} by */
function hinder(by) {
  const isNew = hindrance !== by;
  hindrance = by;
  if (isNew) emit("taps");
  return false;
}

// Two tabs of one board share their taps.
/** @param {() => Promise<boolean>} work */
function alone(work) {
  return navigator.locks && areKept() ? navigator.locks.request(`taps:${restaurant}:${board}:${signIn}`, work) : work();
}

/** @param {string} text */
function read(text) {
  const page = document.createElement("template");
  page.innerHTML = text;
  const notice = page.content.querySelector("hx-partial[hx-target='#notice']");
  const said = notice?.textContent.trim() ?? "";
  return { said, withoutNotice: () => { notice?.remove(); return page.innerHTML; } };
}

/** @typedef {{ status: number, needsPerson: boolean, text: string }} Answer */

// Null if our server did not answer: nobody did, or the network's sign-in page or a proxy's error came instead.
/** @param {Tap} entry */
async function ask({ id, url, fields, at, person: token, tries }) {
  const waited = Math.round((now() - at) / 1000);
  const body = new URLSearchParams({ ...fields, language, person: token, tap: id, waited: `${waited}` });
  if (tries > 1) body.set("again", "1");
  const patience = new AbortController();
  const over = setTimeout(() => patience.abort(), PATIENCE);
  try {
    // `keepalive` lets it finish even if the page is left.
    const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true, signal: patience.signal });
    const text = await answer.text();
    const needsPerson = answer.headers.get("X-Person") === "needed";
    const isOurs = text.includes("<hx-partial") || answer.status === 500 || answer.headers.has("Retry-After");
    return isOurs ? { status: answer.status, needsPerson, text } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(over);
  }
}

// While somebody is asked for a PIN, that is what taps wait for, and not the line. What nobody signs for is taken back: it
// would be booked on whoever signs on next.
async function signOn() {
  const unsigned = () => unsent().filter((entry) => !entry.person);
  if (!person.currentPerson()) hinder("person");
  try {
    const token = await person.identify(unsigned());
    for (const entry of unsigned()) change(entry, { person: token });
  } catch (error) {
    if (person.isCutOff() || /** @type {Error} */ (error).name !== "AbortError") return hinder("line"); // nobody could sign on
    for (const entry of unsigned()) {
      takeBack(entry.id);
      tell("unsigned", entry);
    }
  }
  hinder("");
  return true;
}

/** @param {string} token */
function unsign(token) {
  if (tablet === undefined) return hinder("person");
  person.forget(token);
  for (const entry of unsent()) if (entry.person === token) change(entry, { person: "" });
  return true;
}

/** @param {Tap} entry @param {number} status */
function wait(entry, status) {
  if (status === 500 && entry.tries >= PAUSES.length) {
    change(entry, { due: Date.now() + ASIDE });
    return true;
  }
  failures += 1;
  if (status === 0) doubt();
  return hinder("line");
}

// A tap that succeeds removes the refusals of the taps it was built on.
/** @param {Tap} entry @param {number} status @param {string} said */
function end(entry, status, said) {
  const before = refused().filter(({ id }) => entry.after.includes(id));
  if (status !== 200) return change(entry, { why: said, root: before[0]?.root ?? entry.id });
  drop(entry);
  for (const each of before) drop(each);
}

/** @param {Tap} entry @param {Answer | null} answer */
async function settle(entry, answer) {
  const { status, needsPerson, text } = answer ?? /** @type {Answer} */ ({ status: 0 });
  if (status === 0 || status === 429 || status >= 500) return wait(entry, status);
  failures = 0;
  if (needsPerson) return unsign(entry.person);
  if (status === 401) {
    isRefused(401);
    return hinder("signed-out");
  }
  hinder("");
  const { said, withoutNotice } = read(text);
  if (unsent().some(({ id }) => id === entry.id)) end(entry, status, said); // else it was taken back meanwhile
  await htmx.swap({ text: status === 200 ? text : withoutNotice(), sourceElement: document.body, swap: "none" });
  tell(status === 200 ? "sent" : "refused", entry);
  return true;
}

async function sendFirst() {
  const entry = firstToSend();
  if (!entry || hindrance === "signed-out") return false;
  if (!isStillThere(entry)) return true;
  if (!navigator.onLine) return hinder("line");
  // Nobody can sign on while the line is cut, and need not be asked.
  if (tablet !== undefined && !entry.person) return person.isCutOff() ? hinder("line") : signOn();
  change(entry, { tries: entry.tries + 1 });
  return settle(entry, await ask(entry));
}

function plan() {
  clearTimeout(later);
  const pause = hindrance === "line" ? PAUSES[Math.min(failures, PAUSES.length) - 1] ?? PAUSES[0] : Infinity;
  const next = Math.min(nextDue(), unsent().length > 0 ? pause : Infinity);
  if (next < Infinity) later = setTimeout(send, next + 1);
}

async function sendAll() {
  try {
    while (isWanted) {
      isWanted = false;
      while (await alone(sendFirst));
    }
  } finally {
    sending = undefined;
    plan();
  }
}

// Over when nothing is left to send, or something hinders.
export function send() {
  isWanted = true;
  sending ??= sendAll();
  return sending;
}

for (const sign of /** @type {const} */ (["tap:queued", "htmx:sse:after:connection"])) on(sign, send);
on("person:changed", ({ detail }) => { if (detail) send(); });
on("visibilitychange", () => { if (!document.hidden) send(); });
addEventListener("online", send);
on("over", ({ detail }) => { if (detail === "signed-out") hinder("signed-out"); });
send();
