// The list of keys, and the search for a number: two panels that open by a key.
import { byId, one } from "../core/dom.js";
import { bringUp, go } from "./focus.js";
import { numberOf } from "../core/cards.js";
import { say } from "../core/i18n.js";

const keys = /** @type {HTMLDialogElement} */ (byId("keys"));
const finder = /** @type {HTMLDialogElement} */ (byId("find"));
const field = one(finder, "input");
const said = one(finder, "output");
const OFF = "keys-off";

// Single letters can be switched off on this tablet, for those whose hands or voice would press them unawares.
export const isOff = () => localStorage.getItem(OFF) !== null;

export function list() {
  /** @type {HTMLInputElement} */ (one(keys, "[name=on]")).checked = !isOff();
  keys.showModal();
}

export function find() {
  said.textContent = "";
  finder.showModal();
  field.select();
}

keys.addEventListener("change", ({ target }) => {
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
for (const opener of document.querySelectorAll("[data-keys-open]")) {
  opener.addEventListener("click", () => { opener.closest("dialog")?.close(); list(); });
}

/** @param {string} text */
const western = (text) => text.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660));

one(finder, "form").addEventListener("submit", (event) => {
  if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.value === "close") return;
  const typed = western(field.value);
  const card = [...document.querySelectorAll(".card")].find((each) => numberOf(each) === Number(typed));
  if (card && bringUp(card)) {
    setTimeout(() => go(card)); // after the panel has given the focus back
    return;
  }
  event.preventDefault();
  said.textContent = card
    ? say("Order %(number)s is hidden by the filters.", { number: Number(typed) })
    : say("There is no order with this number on the board.");
});
