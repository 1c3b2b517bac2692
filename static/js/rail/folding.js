// The lines of a ticket that its place has no room for: a fold says how many they are, and never hides what warns.
import { ownPart } from "../core/cards.js";
import { make, write } from "../core/dom.js";
import { linesOf } from "./measuring.js";
import { sayMany } from "../core/i18n.js";

const LOUD = [".mark", ".allergy b"];

/** @param {HTMLElement} card @param {number} lines */
export function fold(card, lines) {
  const rows = linesOf(card);
  rows.forEach((row, place) => row.toggleAttribute("data-folded", place >= lines));
  card.querySelector(".items")?.toggleAttribute("data-folded", lines === 0);
  const hidden = rows.slice(lines);
  if (hidden.length === 0) return card.querySelector(".fold")?.remove();
  const warnings = LOUD.map((loud) => hidden.map((row) => row.querySelector(loud)).find(Boolean)?.textContent ?? "");
  const said = sayMany("+%(num)s line", "+%(num)s lines", hidden.length);
  const button = ownPart(card, "button", "fold");
  const [fresh, allergy] = warnings;
  if (button.dataset.said === [said, ...warnings].join()) return;
  button.dataset.said = [said, ...warnings].join();
  write(button, said);
  if (fresh) button.append(" ", make("b", { className: "mark new", textContent: fresh }));
  if (allergy) button.append(" ", make("b", { className: "warns", textContent: allergy }));
}
