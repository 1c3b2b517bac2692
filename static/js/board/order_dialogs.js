// What a card asks before it is cancelled, held or given to a rider: a field, and what is often said as buttons; and
// what opens only when it is asked for twice.
import { byId, emit, make, on, one } from "../core/dom.js";
import { numberOf } from "../core/cards.js";
import { late } from "../core/late.js";
import { say } from "../core/i18n.js";

const riders = /** @type {HTMLDataListElement} */ (document.getElementById("riders")); // on a dispatch board

/** @param {HTMLOptionElement} option @param {string} where */
function nameButton({ value }, where) {
  const button = make("button", { type: "button" });
  button.dataset.says = value;
  button.append(make("bdi", { textContent: value }));
  if (where) button.append(" ", make("small", { textContent: where }));
  return button;
}

// Who is here and free first, then who is here and on the road.
/** @returns {[HTMLOptionElement, string][]} */
function ridersInOrder() {
  const out = new Set([...document.querySelectorAll('.card[data-rider][data-status="delivering"]')].map(({ dataset }) => dataset.riderKey ?? ""));
  /** @param {HTMLOptionElement} option */
  const rank = ({ dataset }) => (dataset.here === undefined ? 2 : Number(out.has(dataset.key ?? "")));
  const offered = [...riders.options].sort((one, other) => rank(one) - rank(other)).slice(0, 8);
  const isListKept = offered.some(({ dataset }) => dataset.here !== undefined);
  /** @param {HTMLOptionElement} option */
  const where = ({ dataset }) => {
    if (out.has(dataset.key ?? "")) return say("on the road");
    return isListKept && dataset.here === undefined ? say("not here") : "";
  };
  return offered.map((option) => [option, where(option)]);
}

/** @param {HTMLElement} details @param {string} rider */
function offerRiders(details, rider) {
  one(details, ".picks").replaceChildren(...ridersInOrder().map(([option, where]) => nameButton(option, where)));
  /** @type {HTMLInputElement} */ (one(details, "[name=detail]")).value = rider;
  one(details, "[value=unassign]").hidden = !rider;
}

// Fills the form in before its details open. What somebody has typed stays until it is sent.
/** @param {HTMLElement} details */
function ask(details) {
  const card = /** @type {HTMLElement} */ (details.closest(".card"));
  if (!details.querySelector("form")) details.append(/** @type {HTMLTemplateElement} */ (byId(`dialog-${details.dataset.asks}`)).content.cloneNode(true));
  const cancel = details.querySelector("[value=cancelled]");
  if (cancel) cancel.textContent = say("Cancel order %(number)s", { number: numberOf(card) });
  if (details.dataset.asks === "rider") offerRiders(details, card.dataset.rider ?? "");
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
  const card = target.closest("[data-sheet]")?.closest(".card");
  if (card) late("sheet").then(() => emit("sheet:asked", card), () => {});
  const opener = target.closest("[data-opens]");
  if (opener) open(opener);
});
// What was sent is done with: its form closes.
on("tap:queued", ({ detail: { card } }) => {
  for (const details of document.getElementById(card)?.querySelectorAll("details") ?? []) details.open = false;
});
