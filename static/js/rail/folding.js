// The lines of a ticket that its place has no room for: a fold says how many they are, and never hides what warns.
import { make, write } from "../core/dom.js";
import { linesOf } from "./measuring.js";
import { sayMany } from "../core/i18n.js";

const LOUD = [".mark.new", ".allergy b"];

/** @param {HTMLElement} card */
function foldOf(card) {
  const there = card.querySelector(".fold");
  if (there) return there;
  const fold = make("button", { type: "button", className: "fold" });
  fold.dataset.kept = ""; // the page's own, and not the server's
  card.querySelector(".items")?.after(fold);
  return fold;
}

/** @param {HTMLElement} card @param {number} lines */
export function fold(card, lines) {
  const rows = linesOf(card);
  rows.forEach((row, place) => row.toggleAttribute("data-folded", place >= lines));
  card.querySelector(".items")?.toggleAttribute("data-folded", lines === 0);
  const hidden = rows.slice(lines);
  if (hidden.length === 0) return card.querySelector(".fold")?.remove();
  const warnings = LOUD.map((loud) => hidden.map((row) => row.querySelector(loud)).find(Boolean)?.textContent ?? "");
  const said = sayMany("+%(num)s line", "+%(num)s lines", hidden.length);
  const button = foldOf(card);
  const [fresh, allergy] = warnings;
  if (button.dataset.said === [said, ...warnings].join()) return;
  button.dataset.said = [said, ...warnings].join();
  write(button, said);
  if (fresh) button.append(" ", make("b", { className: "mark new", textContent: fresh }));
  if (allergy) button.append(" ", make("b", { className: "warns", textContent: allergy }));
}
