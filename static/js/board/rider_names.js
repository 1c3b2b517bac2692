// Whom a dispatch board offers an order to: who is here and free first, then who is here and on the road.
import { byId, make, on, one } from "../core/dom.js";
import { say } from "../core/i18n.js";

const MOST = 8;
const riders = /** @type {HTMLDataListElement} */ (byId("riders"));

/** @param {HTMLOptionElement} option @param {string} where */
function nameButton({ value }, where) {
  const button = make("button", { type: "button" });
  button.dataset.says = value;
  button.append(make("bdi", { textContent: value }));
  if (where) button.append(" ", make("small", { textContent: where }));
  return button;
}

/** @returns {HTMLElement[]} */
function buttons() {
  const out = new Set([...document.querySelectorAll('.card[data-rider][data-status="delivering"]')].map(({ dataset }) => dataset.riderKey ?? ""));
  const isListKept = riders.querySelector("[data-here]") !== null;
  /** @param {HTMLOptionElement} option */
  const rank = ({ dataset }) => (dataset.here === undefined ? 2 : Number(out.has(dataset.key ?? "")));
  /** @param {HTMLOptionElement} option */
  const where = ({ dataset }) => {
    if (out.has(dataset.key ?? "")) return say("on the road");
    return isListKept && dataset.here === undefined ? say("not here") : "";
  };
  const offered = [...riders.options].sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
  return offered.map((option) => nameButton(option, where(option)));
}

on("rider:asked", ({ detail: details }) => {
  const { rider = "" } = /** @type {HTMLElement} */ (details.closest(".card")).dataset;
  one(details, ".picks").replaceChildren(...buttons());
  /** @type {HTMLInputElement} */ (one(details, "[name=detail]")).value = rider;
  one(details, "[value=unassign]").hidden = !rider;
});
