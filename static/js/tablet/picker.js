// Where somebody at a shared tablet chooses a name and taps a PIN: big keys, a keyboard, or both.
import { make, one } from "../core/dom.js";
import { pad } from "./pad.js";
import { say } from "../core/i18n.js";

/**
 * @typedef {{ id: string, name: string }} Listed
 * @typedef {{ token: string, name: string, is_manager: boolean, rest_after: number }} Picked
 */

// On shared tablets only.
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("person"));
const names = /** @type {HTMLElement} */ (dialog?.querySelector("[data-step='names']"));
const pin = /** @type {HTMLElement} */ (dialog?.querySelector("[data-step='pin']"));
const field = /** @type {HTMLInputElement} */ (pin?.querySelector("input"));
const PATIENCE = 8000; // milliseconds
/** @type {Listed | null} */
let chosen = null;
/** @type {{ resolve: (picked: Picked) => void, reject: (reason: DOMException) => void } | null} */
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

// Resolves with what the server says of whoever signed on; rejects if nobody does.
/** @returns {Promise<Picked>} */
export function pick() {
  return new Promise((resolve, reject) => {
    settle = { resolve, reject };
    dialog.showModal();
    show(names);
    list();
  });
}

if (dialog) {
  pad(pin, field);
  pin.addEventListener("submit", submit);
  one(pin, "[data-back]").addEventListener("click", () => show(names));
  one(dialog, "[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // not the board's keys
  dialog.addEventListener("close", () => { if (!dialog.open) settle?.reject(new DOMException("nobody signed on", "AbortError")); });
}
