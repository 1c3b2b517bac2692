// The moves that a card offers once those that wait are made: by the server's table, for the card is not there yet.
import { say, sayMany } from "./words.js";

const table = JSON.parse(document.getElementById("moves")?.textContent ?? "{}");
const READY = "ready";

function formOf({ to, label, undo }, url, status, isFirst, openLines) {
  const form = document.createElement("form");
  const button = document.createElement("button");
  form.className = "tap move";
  form.method = "post";
  form.setAttribute("action", url);
  if (undo) form.dataset.undo = undo;
  const fields = { seen: status, board: document.body.dataset.board };
  button.name = "to";
  button.value = to;
  button.textContent = label;
  button.className = isFirst ? "primary" : "quiet";
  if (to === READY && openLines > 0) {
    const warning = document.createElement("p");
    warning.textContent = sayMany("%(num)s line is not struck off.", "%(num)s lines are not struck off.", openLines);
    button.textContent = say("Ready all the same");
    button.className = "quiet";
    fields.despite_open_lines = "1";
    form.append(warning);
  }
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.append(button);
  return form;
}

// Puts the moves that follow `status` in the place of those that the server sent along.
export function chain(changes, card, entries, status) {
  const isMoved = status !== card.dataset.status;
  const moves = table[card.dataset.fulfilment]?.[status] ?? [];
  const isAboutLines = moves.some(({ to }) => to === READY) && entries.some(({ fields }) => fields.line);
  if (card.hasAttribute("data-held") || !(isMoved || isAboutLines)) return;
  const url = `/orders/${card.id.replace("order-", "")}/transitions`;
  const openLines = card.querySelectorAll("[data-line]:not([data-done])").length;
  const old = [...card.querySelectorAll(`.despite, form.move${isMoved ? ", details.cancel" : ""}`)];
  const forms = moves.map((move, place) => formOf(move, url, status, place === 0, openLines));
  for (const form of forms) changes.insert(form, old[0] ?? card);
  for (const part of old) changes.set(part, "hidden", "");
}
