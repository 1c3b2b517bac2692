// What became of an order that was chosen when somebody else moved it.
import { byId } from "../core/dom.js";
import { isolated, say } from "../core/i18n.js";
import { sentence } from "../alerts/announce.js";

// What holds it, where it is still ready: a hold, a change.
/** @param {HTMLElement} card @param {number} number */
function inTheWay(card, number) {
  if (card.dataset.held !== undefined) return say("Order %(number)s is on hold", { number });
  return sentence([{ kind: "changed", number, status: "ready" }]);
}

/** @param {string} id @param {number} number */
export function fateOf(id, number) {
  const card = document.getElementById(id);
  const { status = "", rider } = card?.dataset ?? /** @type {DOMStringMap} */ ({});
  if (card?.parentElement === byId("column-ready")) return inTheWay(card, number);
  const kind = !card ? "gone" : status === "cancelled" ? "cancelled" : "moved";
  const said = sentence([{ kind, number, status }]);
  return status === "delivering" && rider ? `${said} · ${isolated(rider)}` : said;
}
