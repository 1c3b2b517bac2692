// Of many restaurants those whose name holds what is typed, whatever its case and its accents.
import { byId, one } from "../core/dom.js";

const MANY = 12; // restaurants from which a list is searched rather than read
const list = one(document, ".choose");
const none = byId("found-none");
const field = /** @type {HTMLInputElement} */ (byId("find-restaurant"));

/** @param {string} name */
const plain = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function find() {
  const wanted = plain(field.value.trim());
  let found = 0;
  for (const place of list.children) {
    place.toggleAttribute("hidden", !plain(one(place, "h3").textContent ?? "").includes(wanted));
    found += Number(!place.hasAttribute("hidden"));
  }
  none.hidden = found > 0;
}

field.parentElement?.toggleAttribute("hidden", list.children.length <= MANY);
field.addEventListener("input", find);
if (field.value) find(); // the browser fills it in again
