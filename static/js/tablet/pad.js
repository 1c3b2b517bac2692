// Big keys that type digits into a field, for wet fingers and for the keyboard.
import { number } from "../core/i18n.js";

const BOUNCE = 90; // milliseconds: a wet finger touches twice, nobody taps that fast
/** @type {{ key?: Element, at: number }} */
let pressed = { at: 0 };

// A key counts when it is touched, not when the finger leaves it: a wet one slides off.
/** @param {MouseEvent & { target: HTMLElement }} event @param {HTMLInputElement} field */
function press(event, field) {
  const key = event.target.closest("[data-digit], [data-erase]");
  if (!key || (event.type === "click" && event.detail > 0)) return; // a click that was a touch before
  const isBounce = key === pressed.key && event.timeStamp - pressed.at < BOUNCE;
  pressed = { key, at: event.timeStamp };
  event.preventDefault();
  if (isBounce) return;
  field.value = key.dataset.digit ? (field.value + key.dataset.digit).slice(0, field.maxLength) : field.value.slice(0, -1);
  field.dispatchEvent(new Event("input"));
}

/** @param {HTMLElement} form @param {HTMLInputElement} field */
export function pad(form, field) {
  for (const key of form.querySelectorAll("[data-digit]")) key.textContent = number(Number(key.dataset.digit));
  for (const way of /** @type {const} */ (["pointerdown", "click"])) form.addEventListener(way, (event) => press(event, field));
}
