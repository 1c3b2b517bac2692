// Where somebody at a shared tablet chooses a name and taps a PIN: big keys, a keyboard, or both.
import { pad } from "./pad.js";
import { say } from "../core/i18n.js";

const dialog = document.getElementById("person");
const names = dialog?.querySelector("[data-step='names']");
const pin = dialog?.querySelector("[data-step='pin']");
const field = pin?.querySelector("input");
const PATIENCE = 8000; // milliseconds
let chosen = null;
let settle = null;

const problem = (step, text) => {
  const said = step.querySelector(".problem");
  said.textContent = text;
  said.hidden = !text;
};

function show(step, person = null) {
  chosen = person;
  names.hidden = step !== names;
  pin.hidden = step !== pin;
  problem(step, "");
  field.value = "";
  if (person) pin.querySelector("bdi").textContent = person.name;
  (person ? field : names.querySelector("h2")).focus();
}

// Answers the body of a good answer; otherwise says in place what is wrong and answers null.
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

function choice(person) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.append(Object.assign(document.createElement("bdi"), { textContent: person.name }));
  button.addEventListener("click", () => show(pin, person));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

async function list() {
  const people = await ask(names, "/tablet/people");
  if (!people || names.dataset.people === JSON.stringify(people)) return; // nothing moves under a finger
  names.dataset.people = JSON.stringify(people);
  names.querySelector(".names").replaceChildren(...people.map(choice));
  names.querySelector("[data-nobody]").hidden = people.length > 0;
}

async function submit(event) {
  event.preventDefault();
  const person = chosen;
  if (!field.value || pin.inert) return;
  pin.inert = true;
  const signed = await ask(pin, "/tablet/person", { staff: person.id, pin: field.value });
  pin.inert = false;
  if (chosen !== person || !dialog.open) return;
  field.value = "";
  field.focus();
  if (!signed) return;
  settle.resolve(signed);
  dialog.close();
}

// Resolves with what the server says of whoever signed on; rejects if nobody does.
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
  pin.querySelector("[data-back]").addEventListener("click", () => show(names));
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // not the board's keys
  dialog.addEventListener("close", () => { if (!dialog.open) settle?.reject(new DOMException("nobody signed on", "AbortError")); });
}
