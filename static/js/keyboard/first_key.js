// Keys are a script of their own, as most boards have none: it comes with the first one that is pressed, and from then on
// with the page. What is pressed until it is there counts when it is.
import { emit, on } from "../core/dom.js";
import { late } from "../core/late.js";

const HAS_KEYS = "has-keys";
const NOT_AGAIN = ["Tab", "Escape"]; // the browser has done at once what they do: a drawer is closed by now
const OF_TYPING = "input, select, textarea, [contenteditable]";
/** @type {KeyboardEvent[]} */
const pressed = [];

const load = () => late("keyboard", "panels");

// At once when the script answers, before another key can come.
function replay() {
  removeEventListener("keydown", wait);
  localStorage.setItem(HAS_KEYS, "1");
  for (const { key, code, shiftKey, repeat, target } of pressed.splice(0)) {
    const place = /** @type {Element} */ (target).isConnected && target !== document.body ? target : document.activeElement;
    place?.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, repeat, bubbles: true, cancelable: true }));
  }
}

/** @param {KeyboardEvent} event */
function wait(event) {
  if (NOT_AGAIN.includes(event.key) || /** @type {Element} */ (event.target).closest?.(OF_TYPING)) return;
  pressed.push(event);
  load().catch(() => pressed.splice(0));
}

on("click", ({ target }) => {
  const opener = target.closest("[data-keys-open], [data-bump-open]");
  if (!opener) return;
  opener.closest("dialog")?.close();
  /** @type {HTMLElement | null} */ (opener.closest("[popover]"))?.hidePopover(); // the focus goes back to what opened it
  load().then(() => emit(opener.matches("[data-keys-open]") ? "keys:asked" : "bump:asked"), () => {});
});
addEventListener("keydown", wait);
on("keys:ready", replay);
if (localStorage.getItem(HAS_KEYS) !== null) load().catch(() => {});
