// What a card asks before it is cancelled, held or given to a rider: a field, and what is often said as buttons; and
// what opens only when it is asked for twice.
import { say } from "../core/i18n.js";

const riders = document.getElementById("riders");

function nameButton({ value }) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.says = value;
  button.append(Object.assign(document.createElement("bdi"), { textContent: value }));
  return button;
}

function offerRiders(details, rider) {
  details.querySelector(".picks").replaceChildren(...[...riders.options].slice(0, 8).map(nameButton));
  details.querySelector("[name=detail]").value = rider;
  details.querySelector("[value=unassign]").hidden = !rider;
}

// It stands there before anybody can tap on it. What somebody has typed stays until it is sent.
function ask(details) {
  const { number, rider = "" } = details.closest(".card").dataset;
  if (!details.querySelector("form")) details.append(document.getElementById(`dialog-${details.dataset.asks}`).content.cloneNode(true));
  const cancel = details.querySelector("[value=cancelled]");
  if (cancel) cancel.textContent = say("Cancel order %(number)s", { number: Number(number) });
  if (details.dataset.asks === "rider") offerRiders(details, rider);
}

// A reason to cancel is only written; what can be taken back is sent at once.
function pick(button) {
  const form = button.closest("form");
  const send = form.querySelector("button[name]");
  form.querySelector("input").value = button.dataset.says;
  if (send.value === "cancelled") send.focus();
  else form.requestSubmit(send);
}

// What needs a second tap opens below the first, so that a double tap is not both.
function open(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  button.nextElementSibling.hidden = isOpen;
}

document.addEventListener("click", ({ target }) => {
  const details = target.closest("summary")?.parentElement;
  if (details?.dataset.asks && !details.open) ask(details);
  const said = target.closest("[data-says]");
  if (said) pick(said);
  const opener = target.closest("[data-opens]");
  if (opener) open(opener);
});
// What was sent is done with: its form closes.
document.addEventListener("tap:queued", ({ detail: { card } }) => {
  for (const details of document.getElementById(card)?.querySelectorAll("details[open]") ?? []) details.open = false;
});
