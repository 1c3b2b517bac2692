// Where somebody at a shared tablet chooses a name and taps a PIN: big keys, a keyboard, or both.
import { byId, make, on, one } from "../core/dom.js";
import { pad } from "./pad.js";
import { say } from "../core/i18n.js";

/** @typedef {{ id: string, name: string }} Listed */

const dialog = /** @type {HTMLDialogElement} */ (byId("person"));
const names = one(dialog, "[data-step='names']");
const pin = one(dialog, "[data-step='pin']");
const field = /** @type {HTMLInputElement} */ (one(pin, "input"));
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

/** @param {HTMLElement} step @param {Listed | null} person */
function show(step, person = null) {
  chosen = person;
  names.hidden = step !== names;
  pin.hidden = step !== pin;
  problem(step, "");
  field.value = "";
  if (person) one(pin, "bdi").textContent = person.name;
  (person ? field : one(names, "h2")).focus();
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
    problem(step, say("No answer from the server. Try again when the line is back."));
  }
  return null;
}

/** @param {Listed} person */
function choice(person) {
  const button = make("button", { type: "button" });
  button.append(make("bdi", { textContent: person.name }));
  button.addEventListener("click", () => show(pin, person));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

async function list() {
  const people = await ask(names, "/tablet/people");
  if (!people || names.dataset.people === JSON.stringify(people)) return; // nothing moves under a finger
  names.dataset.people = JSON.stringify(people);
  one(names, ".names").replaceChildren(...people.map(choice));
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
  field.focus();
  if (!signed) return;
  settle?.resolve(signed);
  dialog.close();
}

// Resolved with what the server says of whoever signed on; rejected if nobody does.
on("person:asked", ({ detail }) => {
  settle = detail;
  dialog.showModal();
  show(names);
  list();
});

pad(/** @type {HTMLFormElement} */ (pin), field);
pin.addEventListener("submit", submit);
one(pin, "[data-back]").addEventListener("click", () => show(names));
one(dialog, "[data-close]").addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => event.stopPropagation()); // not the board's keys
dialog.addEventListener("close", () => { if (!dialog.open) settle?.reject(new DOMException("nobody signed on", "AbortError")); });
