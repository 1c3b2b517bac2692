// Where somebody at a shared tablet chooses a name and taps a PIN: big keys, a keyboard, or both.
import { byId, make, on, one } from "../core/dom.js";
import { pad } from "./pad.js";
import { isolated, locale, number, say } from "../core/i18n.js";

/** @typedef {{ id: string, name: string, role: string }} Listed */

const dialog = /** @type {HTMLDialogElement} */ (byId("person"));
const names = one(dialog, "[data-step='names']");
const pin = one(dialog, "[data-step='pin']");
const field = /** @type {HTMLInputElement} */ (one(pin, "input"));
const dots = one(pin, ".dots");
const taken = new Intl.ListFormat(locale(), { type: "unit" });
const SHORTEST = 4; // digits of a PIN
const PATIENCE = 8000; // milliseconds
/** @type {Listed | null} */
let chosen = null;
/** @type {PageEvents["person:asked"]["detail"] | null} */
let settle = null;

/** @param {HTMLElement} step @param {string} text */
const problem = (step, text) => {
  const said = one(step, ".problem");
  said.textContent = text;
  said.hidden = !text;
};

function draw() {
  const count = Math.max(SHORTEST, field.value.length);
  const marks = Array.from({ length: count }, (_, at) => make("i", { className: at < field.value.length ? "on" : "" }));
  dots.replaceChildren(...marks);
}

// Where there is room names and pad stand side by side, else one after the other: see board/person_picker.css.
/** @param {Listed | null} person */
function show(person = null) {
  chosen = person;
  dialog.dataset.shows = person ? "pin" : "names";
  for (const step of [names, pin]) problem(step, "");
  field.value = "";
  draw();
  for (const each of names.querySelectorAll("[data-person]")) {
    each.setAttribute("aria-current", String(each.dataset.person === person?.id));
  }
  if (person) one(pin, "bdi").textContent = person.name;
  (person ? field : one(names, "h2")).focus();
}

// What is signed with the PIN, so that nobody signs for another one's tap unawares.
/** @param {Tap[]} taps */
function sayFor(taps) {
  const said = one(names, "[data-for]");
  const each = taps.map(({ number: of, label }) => isolated(`${number(Number(of))} ${label}`));
  said.textContent = say("Enter your PIN to send: %(taps)s. “Just looking” takes it back.", { taps: taken.format(each) });
  said.hidden = taps.length === 0;
}

// Answers the body of a good answer; otherwise says in place what is wrong and answers null.
/** @param {HTMLElement} step @param {string} address @param {Record<string, string>} [fields] */
async function ask(step, address, fields) {
  problem(step, "");
  try {
    const form = fields && { method: "POST", body: new URLSearchParams(fields) };
    const answer = await fetch(address, { ...form, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401) location.reload(); // it is a tablet no more
    const body = await answer.json();
    if (answer.ok) return body;
    problem(step, body.detail);
  } catch {
    problem(step, say("No answer from the server. Try again once you are online."));
  }
  return null;
}

/** @param {Listed} person @param {boolean} isOn */
function choice(person, isOn) {
  const button = make("button", { type: "button" });
  const name = make("bdi", { textContent: person.name });
  const about = make("small", { textContent: isOn ? `${say("on now")} · ${person.role}` : person.role });
  button.dataset.person = person.id;
  button.dataset.initial = [...person.name][0];
  button.toggleAttribute("data-here", isOn);
  button.append(name, " ", about);
  button.addEventListener("click", () => show(person));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** @param {string | undefined} on */
async function list(on) {
  /** @type {Listed[] | null} */
  const people = await ask(names, "/tablet/people");
  const told = JSON.stringify([people, on]);
  if (!people || names.dataset.people === told) return; // nothing moves under a finger
  names.dataset.people = told;
  one(names, ".names").replaceChildren(...people.map((person) => choice(person, person.id === on)));
  one(names, "[data-nobody]").hidden = people.length > 0;
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const person = chosen;
  if (!person || !field.value || pin.inert) return;
  pin.inert = true;
  const signed = await ask(pin, "/tablet/person", { staff: person.id, pin: field.value });
  pin.inert = false;
  if (chosen !== person || !dialog.open) return;
  field.value = "";
  draw();
  field.focus();
  if (!signed) return;
  settle?.resolve({ ...signed, id: person.id });
  dialog.close();
}

// Resolved with what the server says of whoever signed on; rejected if nobody does.
on("person:asked", ({ detail }) => {
  settle = detail;
  dialog.showModal();
  show();
  sayFor(detail.taps ?? []);
  list(detail.on);
});

pad(/** @type {HTMLFormElement} */ (pin), field);
field.addEventListener("input", draw);
pin.addEventListener("submit", submit);
one(pin, "[data-back]").addEventListener("click", () => show());
one(dialog, "[data-close]").addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => event.stopPropagation()); // not the board's keys
dialog.addEventListener("close", () => { if (!dialog.open) settle?.reject(new DOMException("nobody signed on", "AbortError")); });
