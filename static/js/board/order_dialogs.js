// What a card asks before it is cancelled, held or given to a rider: a field, and what is often said as buttons; and
// what opens only when it is asked for twice.
import { byId, emit, on, one } from "../core/dom.js";
import { isRail, numberOf } from "../core/cards.js";
import { late } from "../core/late.js";
import { say } from "../core/i18n.js";

// Fills the form in before its details open. What somebody has typed stays until it is sent.
/** @param {HTMLElement} details */
function ask(details) {
  const card = /** @type {HTMLElement} */ (details.closest(".card"));
  if (!details.querySelector("form")) details.append(/** @type {HTMLTemplateElement} */ (byId(`dialog-${details.dataset.asks}`)).content.cloneNode(true));
  const cancel = details.querySelector("[value=cancelled]");
  if (cancel) cancel.textContent = say("Cancel order %(number)s", { number: numberOf(card) });
  if (details.dataset.asks === "rider") emit("rider:asked", details);
}

// A suggested reason to cancel is only filled in; other suggestions can be taken back and are sent at once.
/** @param {HTMLElement} button */
function pick(button) {
  const form = /** @type {HTMLFormElement} */ (button.closest("form"));
  const send = /** @type {HTMLButtonElement} */ (one(form, "button[name]"));
  one(form, "input").value = button.dataset.says;
  if (send.value === "cancelled") send.focus();
  else form.requestSubmit(send);
}

// What needs a second tap opens below the first, so that a double tap is not both.
/** @param {HTMLElement} button */
function open(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  /** @type {HTMLElement} */ (button.nextElementSibling).hidden = isOpen;
}

on("click", ({ target }) => {
  const details = /** @type {HTMLDetailsElement | undefined} */ (target.closest("summary")?.parentElement);
  if (details?.dataset.asks && !details.open) ask(details);
  const said = target.closest("[data-says]");
  if (said) pick(said);
  const opened = target.closest("[data-sheet], [data-story]");
  if (opened) late("sheet").then(() => emit("sheet:asked", opened), () => {});
  const opener = target.closest("[data-opens]");
  if (opener) open(opener);
  if (isRail()) for (const other of document.querySelectorAll('[data-opens][aria-expanded="true"]')) {
    if (!other.parentElement?.contains(target)) open(other); // it lies over the lines: a tap elsewhere is an answer too
  }
});
// What was sent is done with: its form closes.
on("tap:queued", ({ detail: { card } }) => {
  for (const details of document.getElementById(card)?.querySelectorAll("details") ?? []) details.open = false;
});
