// The moves that a card offers after its waiting taps, from the server's table: the new card is not there yet.
import { make } from "../core/dom.js";
import { say, sayMany } from "../core/i18n.js";

/** @typedef {{ to: string, label: string, undo: number, lines: boolean }} NextMove */

/** @type {Record<string, Record<string, NextMove[]>>} */
const table = JSON.parse(document.getElementById("moves")?.textContent ?? "{}");

/** @param {NextMove} move @param {boolean} isFirst @param {number} openLines @returns {HTMLElement[]} */
function partsOf({ to, label, undo, lines }, isFirst, openLines) {
  const button = make("button", { name: "to", value: to, textContent: label, className: `move ${isFirst ? "primary" : "quiet"}` });
  if (undo) button.dataset.undo = `${undo}`;
  if (!lines || openLines === 0) return [button];
  const textContent = sayMany("%(num)s line is not struck off.", "%(num)s lines are not struck off.", openLines);
  button.textContent = say("Ready all the same");
  button.className = "move quiet";
  button.dataset.despite = "";
  return [make("p", { textContent }), button];
}

// Puts the moves that follow `status` in the place of those that the server sent along.
/** @param {import("./overlay.js").Changes} changes @param {HTMLElement} card @param {Tap[]} entries @param {string} status */
export function chain(changes, card, entries, status) {
  const isMoved = status !== card.dataset.status;
  const moves = table[card.dataset.fulfilment]?.[status] ?? [];
  const isAboutLines = moves.some(({ lines }) => lines) && entries.some(({ fields }) => fields.line);
  if (card.matches("[data-held], :has([value=acknowledge])") || !(isMoved || isAboutLines)) return;
  const openLines = card.querySelectorAll("[data-line]:not([data-done])").length;
  const old = [...card.querySelectorAll(`.despite, .move${isMoved ? ", .cancel, .recall, .came_back, .not_delivered" : ""}`)];
  const parts = moves.flatMap((move, place) => partsOf(move, place === 0, openLines));
  for (const part of parts) changes.insert(part, old[0] ?? card);
  for (const part of old) changes.set(part, "hidden", "");
}
