// Order entry by the keyboard alone: Enter takes what was found, / goes to the dishes, Ctrl and Enter sends.
import { byId, on } from "../core/dom.js";
import { take } from "./dishes.js";
import { form } from "./asking.js";
import { writeLine } from "./ticket.js";

/** @param {KeyboardEvent & { target: HTMLElement }} event */
function enter(event) {
  const { id, tagName } = event.target;
  const { name = "", type = "" } = /** @type {HTMLInputElement} */ (event.target);
  if (event.ctrlKey || event.metaKey) form().requestSubmit(form().querySelector(".send"));
  else if (id === "find-dish") take();
  else if (event.target.dataset.field) writeLine();
  else if (tagName !== "INPUT" || name === "phone" || type === "checkbox") return;
  event.preventDefault();
}

on("keydown", (event) => {
  if (!document.getElementById("entry") || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
  if (event.key === "Enter" && event.target.closest("#entry")) enter(event);
  const isTyping = event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  const isThere = event.target.id === "find-dish" && /** @type {HTMLInputElement} */ (event.target).value === "";
  const goes = (event.key === "/" && (!isTyping || isThere)) || (event.key === "Escape" && event.target.closest("#choices"));
  if (!goes) return;
  event.preventDefault();
  byId("find-dish").focus();
});
