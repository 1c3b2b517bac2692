// How the board shows what nobody has taken notice of: marks on cards, one counted sign in the bar, and its list.
import { byId, make, write } from "../core/dom.js";
import { go } from "../core/cards.js";
import { locale, number, say, sayMany } from "../core/i18n.js";

const list = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
const [sign, panel, lines, heard, notices] = ["alerts-open", "alert-list", "alerts", "heard", "left-out"].map(byId);

/** @typedef {{ kind: string, number: number }} Alert */

export const LOUDEST_FIRST = ["cancelled", "unshown", "late", "new", "changed"];

/** @param {string} kind */
function word(kind) {
  if (kind === "cancelled") return say("Cancelled");
  if (kind === "unshown") return say("On no screen");
  if (kind === "late") return say("Late");
  return kind === "new" ? say("New") : say("Changed");
}

// The card of an order bears the kind of its news, or (undefined) none.
/** @param {string} id @param {string | undefined} kind */
export function mark(id, kind) {
  const card = document.getElementById(id);
  if (!card || card.dataset.news === kind) return;
  if (kind) Object.assign(card.dataset, { news: kind, newsSaid: word(kind) });
  else for (const name of ["news", "newsSaid"]) delete card.dataset[name];
}

// One line for each kind, with the numbers of all its orders; its act is to show the first of them.
/** @param {string} kind @param {[string, Alert][]} orders */
function line(kind, orders) {
  const part = make("button", { type: "button" });
  part.dataset.kind = kind;
  part.append(make("b", { textContent: word(kind) }), ` ${list.format(orders.map(([, each]) => number(each.number)))}`);
  part.addEventListener("click", () => {
    panel.hidePopover();
    go(document.getElementById(orders[0][0]));
  });
  return part;
}

// `waiting` is every order with news, by the id of its card.
/** @param {Map<string, Alert>} waiting */
export function show(waiting) {
  const kinds = LOUDEST_FIRST.filter((kind) => [...waiting.values()].some((each) => each.kind === kind));
  lines.replaceChildren(...kinds.map((kind) => line(kind, [...waiting].filter(([, each]) => each.kind === kind))));
  const many = waiting.size + notices.childElementCount;
  write(sign, sayMany("%(num)s alert", "%(num)s alerts", many));
  Object.assign(sign.dataset, { kind: kinds[0] ?? "", many: number(many) });
  sign.hidden = many === 0;
  if (sign.hidden) panel.hidePopover();
  heard.hidden = kinds.every((kind) => kind === "cancelled");
  document.body.dataset.alert = kinds[0] ?? "";
}
