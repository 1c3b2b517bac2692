// The keyboard alone runs a board: arrows walk over the cards, Enter moves one on, every act has its key.
import { emit, on } from "../core/dom.js";
import { bump } from "./bump_bar.js";
import { advance, onCard } from "./card_keys.js";
import { isOff, list } from "./panels.js";
import { go } from "../core/cards.js";
import { current, walk } from "./focus.js";

const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

// Keyboards of other alphabets say which key was pressed, if not the Latin letter that is printed on it.
/** @param {KeyboardEvent} event */
function letterOf({ key, code, shiftKey }) {
  if (key === "؟") return "?";
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  if (digit && (/^[0-9٠-٩]$/.test(key) || !shiftKey)) return digit;
  if (key.length === 1 && key.charCodeAt(0) < 128) return key.toLowerCase();
  return /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? (code === "Slash" ? "/" : key);
}

/** @param {KeyboardEvent} event @param {string} letter */
function answer(event, letter) {
  if (bump(event, letter)) return true;
  const card = current();
  if (ARROWS.includes(event.key)) return void walk(event.key);
  if ((event.key === "Enter" || event.key === " ") && card && event.target === card) return advance(card);
  if (isOff()) return false;
  if (letter === "/" || letter === "?") return letter === "/" ? void emit("find:asked") : list();
  return letter === "u" ? void emit("undo:asked") : card !== null && onCard(card, letter);
}

// Escape leads out of a form on a card, back to the card; only then does it take anything back.
on("keydown", (event) => {
  const details = event.target.closest(".card details[open]");
  if (event.key !== "Escape" || !details) return;
  event.preventDefault();
  details.removeAttribute("open");
  go(/** @type {HTMLElement} */ (details.closest(".card")));
}, { capture: true });

on("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest(`${TYPING}, dialog, [popover]:not(.card)`) || document.querySelector("dialog[open]")) return;
  // A key that is held down walks on, but does nothing twice.
  const isHeld = event.repeat && (event.key.length === 1 || event.key === "Enter");
  if (isHeld || answer(event, letterOf(event)) !== false) event.preventDefault();
});
