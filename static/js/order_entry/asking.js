// Asks the server with what stands in the form; what it answers is the form again, or a part of another page.
import { byId, emit } from "../core/dom.js";

const PATIENCE = 8000; // milliseconds

export const form = () => /** @type {HTMLFormElement} */ (byId("entry"));
/** @param {string} name */
export const field = (name) => /** @type {HTMLInputElement} */ (form().elements.namedItem(name));

export function typed() {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form())) fields.append(name, String(value));
  return fields;
}

/** @param {string | null} text */
export function parsed(text) {
  const page = document.createElement("template");
  page.innerHTML = text ?? "";
  return page.content;
}

// Null if our server did not answer: nobody did, or a network's sign-in page or a proxy's error came instead.
/** @param {string} address @param {URLSearchParams} [body] */
export async function ask(address, body) {
  try {
    const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers: { Sheet: "1" }, signal: AbortSignal.timeout(PATIENCE), keepalive: Boolean(body && `${body}`.length < 60_000) });
    return { answer, part: parsed(await answer.text()) };
  } catch {
    return null;
  }
}

// What is to be said of the line and of what is on its way, above the form.
/** @param {string} text @param {boolean} [isTrouble] */
export function tell(text, isTrouble = false) {
  const said = byId("sending");
  said.textContent = text;
  said.hidden = !text;
  said.toggleAttribute("data-trouble", isTrouble);
}

// Puts the form that the server wrote in the place of the one that stands there.
/** @param {DocumentFragment} part */
export function put(part) {
  const fresh = part.querySelector("#entry");
  if (!fresh) return false;
  form().replaceWith(fresh);
  emit("entry:form");
  return true;
}
