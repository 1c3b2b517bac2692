// Who is on at a shared tablet: whoever tapped a PIN last, until the tablet has rested or they sign off.
import { byId, emit, make, on, one } from "../core/dom.js";
import { late } from "../core/late.js";
import { PLACE, currentPerson, isCutOff } from "./person.js";
import { say } from "../core/i18n.js";

/** @typedef {Signed & { id: string, isManager: boolean, restAfter: number, touched: number }} Person */

const dialog = /** @type {HTMLDialogElement} */ (byId("person"));
const button = /** @type {HTMLButtonElement} */ (byId("person-on"));
const LOOK = 1000; // milliseconds
/** @type {Promise<void> | null} */
let asking = null;
/** @type {Person | null} */
let person = null;

/** @param {Person | null} to */
function change(to) {
  person = to;
  if (to) sessionStorage.setItem(PLACE, JSON.stringify(to));
  else sessionStorage.removeItem(PLACE);
  show();
  emit("person:changed", currentPerson());
}

function show() {
  button.replaceChildren(make("bdi", { textContent: person?.name ?? say("Sign on") }));
  button.toggleAttribute("data-on", Boolean(person));
  button.hidden = false;
  const on = one(dialog, "[data-on]");
  on.hidden = !person;
  one(on, "bdi").textContent = person?.name ?? "";
  const form = one(on, "form");
  form.hidden = !person?.isManager;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("person")).value = person?.token ?? "";
}

function touch() {
  if (!person) return;
  person.touched = Date.now();
  sessionStorage.setItem(PLACE, JSON.stringify(person));
}

function rest() {
  if (!person) return;
  if (isCutOff()) touch();
  else if (Math.abs(Date.now() - person.touched) > person.restAfter * 1000) forget(); // its clock may be set back
}

// The tablet forgets who is on; with a token, only if it is still theirs.
function forget(token = person?.token) {
  if (person && token === person.token) change(null);
}

// The token of whoever is on, asked for if nobody is. Rejects if nobody signs on.
/** @param {Tap[]} [taps] */
async function identify(taps) {
  while (!person && isCutOff()) await new Promise((later) => { setTimeout(later, LOOK); }); // no PIN could be checked
  if (!person) await signOn(taps);
  return /** @type {Person} */ (/** @type {unknown} */ (person)).token;
}

// The picker is a script of its own: see entry/picker.js.
/** @param {Tap[]} [taps] @returns {Promise<PersonPicked>} */
async function pick(taps) {
  await late("picker");
  return new Promise((resolve, reject) => { emit("person:asked", { on: person?.id, taps, resolve, reject }); });
}

/** @param {Tap[]} [taps] */
function signOn(taps) {
  asking ??= pick(taps)
    .then(({ id, token, name, is_manager: isManager, rest_after: restAfter }) => change({ id, token, name, isManager, restAfter, touched: Date.now() }))
    .finally(() => { asking = null; });
  return asking;
}

on("person:wanted", ({ detail: { taps, resolve, reject } }) => { identify(taps).then(resolve, reject); });
on("person:left", ({ detail }) => forget(detail));
person = JSON.parse(/** @type {string} */ (sessionStorage.getItem(PLACE)));
show();
rest();
button.addEventListener("click", () => signOn().catch(() => {}));
one(dialog, "[data-sign-off]").addEventListener("click", () => { forget(); dialog.close(); });
one(dialog, "footer form").addEventListener("submit", () => dialog.close()); // taps may wait: see taps/leave_guard.js
for (const act of ["pointerdown", "keydown"]) addEventListener(act, touch, { capture: true, passive: true });
on("bye", () => forget());
setInterval(rest, LOOK);
