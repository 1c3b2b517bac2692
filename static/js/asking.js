// What a card asks before it is cancelled, held or given to a rider: a field, and what is often said as buttons.
const riders = document.getElementById("riders");

function nameButton({ value }) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.says = value;
  button.append(Object.assign(document.createElement("bdi"), { textContent: value }));
  return button;
}

// It stands there before anybody can tap on it. What somebody has typed stays until it is sent.
function ask(details) {
  const { asks } = details.dataset;
  const form = details.querySelector("form");
  if (!form.querySelector("[data-kept]")) form.prepend(document.getElementById(`ask-${asks}`).content.cloneNode(true));
  if (asks !== "rider") return;
  form.querySelector(".picks").replaceChildren(...[...riders.options].slice(0, 8).map(nameButton));
  form.querySelector("[name=detail]").value = details.closest(".card").dataset.rider ?? "";
}

// A reason to cancel is only written; what can be taken back is sent at once.
function pick(button) {
  const form = button.closest("form");
  const send = form.querySelector("button[name]");
  form.querySelector("input:not([type=hidden])").value = button.dataset.says;
  if (send.value === "cancelled") send.focus();
  else form.requestSubmit(send);
}

document.addEventListener("click", ({ target }) => {
  const details = target.closest("summary")?.parentElement;
  if (details?.dataset.asks && !details.open) ask(details);
  const said = target.closest("[data-says]");
  if (said) pick(said);
});
// What was sent is done with: its form closes.
document.addEventListener("tap:queued", ({ detail: { card } }) => {
  for (const details of document.getElementById(card)?.querySelectorAll("details[open]") ?? []) details.open = false;
});
