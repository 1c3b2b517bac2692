// Whom a dispatch board offers an order to: who is here and free first, then who is here and on the road.
import { byId, make, on, one } from "../core/dom.js";
import { say } from "../core/i18n.js";

const MOST = 8;
const riders = /** @type {HTMLDataListElement} */ (byId("riders"));

/** @param {string} key */
const carriedBy = (key) => [...document.querySelectorAll('.card[data-rider][data-status="delivering"]')].filter(({ dataset }) => dataset.riderKey === key);

// Since when a rider is on the road, in milliseconds; 0 for one who is not.
/** @param {string} key */
export function outSince(key) {
  const since = carriedBy(key).map((card) => Number(card.querySelector(".waits")?.dataset.since ?? 0));
  return since.length > 0 ? Math.min(...since) : 0;
}

/** @param {HTMLOptionElement} option */
function offer({ value, dataset: { key = "", here } }) {
  return { key, name: value, isHere: here !== undefined, isOut: carriedBy(key).length > 0 };
}

function inOrder() {
  /** @param {ReturnType<typeof offer>} rider */
  const rank = ({ isHere, isOut }) => (isHere ? Number(isOut) : 2);
  return [...riders.options].map(offer).sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
}

// Where a list is kept of who is here, only those are.
export function ridersToOffer() {
  const offered = inOrder();
  const here = offered.filter(({ isHere }) => isHere);
  return here.length > 0 ? here : offered;
}

/** @param {ReturnType<typeof offer>} rider @param {boolean} isListKept */
function nameButton({ name, isHere, isOut }, isListKept) {
  const button = make("button", { type: "button" });
  button.dataset.says = name;
  button.append(make("bdi", { textContent: name }));
  const where = isOut ? say("on the road") : isListKept && !isHere ? say("not here") : "";
  if (where) button.append(" ", make("small", { textContent: where }));
  return button;
}

on("rider:asked", ({ detail: details }) => {
  const { rider = "" } = /** @type {HTMLElement} */ (details.closest(".card")).dataset;
  const isListKept = riders.querySelector("[data-here]") !== null;
  one(details, ".picks").replaceChildren(...inOrder().map((each) => nameButton(each, isListKept)));
  /** @type {HTMLInputElement} */ (one(details, "[name=detail]")).value = rider;
  one(details, "[value=unassign]").hidden = !rider;
});
