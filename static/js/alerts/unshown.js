// Orders that every screen's filter hides: the server sends the list, and the boards that hide them show the warning.
import { byId, emit, on, one, write } from "../core/dom.js";
import { hides, showEverything } from "../board/filters.js";
import { doubt } from "../live/liveness.js";
import { numberOf } from "../core/cards.js";
import { locale, number, sayMany } from "../core/i18n.js";

const SETTLED = 1000; // milliseconds after the last choice
const SAID_AT = "filters-said-at";
const TOLD_WITHIN = 8000; // milliseconds after a connection in which the server repeats the list
const sign = byId("unshown");
const orders = byId("unshown-orders");
const stream = document.querySelector("[hx-sse\\:connect]");
const list = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
/** @type {Set<string>} */
let unshown = new Set();
/** @type {Record<string, string> | null} */
let headers = null;
let told = "";
let choosing = 0;
let forgetting = 0;

/** @param {HTMLElement} card */
export const isUnshown = ({ id, dataset }) => dataset.hidden !== undefined && unshown.has(id);

function show() {
  const cards = [...unshown].map((id) => document.getElementById(id)).filter((card) => card !== null).filter(isUnshown);
  const named = list.format(cards.map((card) => number(numberOf(card))));
  const said = sayMany("No screen shows order %(orders)s: every filter hides it.",
    "No screen shows %(num)s orders (%(orders)s): every filter hides them.", cards.length, { orders: named });
  if (cards.length > 0) write(one(sign, "*"), said);
  sign.hidden = cards.length === 0;
  emit("unshown");
}

function hear() {
  clearTimeout(forgetting);
  unshown = new Set([...orders.children].map(({ dataset }) => dataset.card));
  show();
}

// Greater with each time that this device says something, also when its clock is set back.
function saidAt() {
  const at = Math.max(Date.now(), Number(localStorage.getItem(SAID_AT)) + 1);
  localStorage.setItem(SAID_AT, String(at));
  return at;
}

// Every connection of the stream sends the filters chosen here; a change makes a new connection.
const chosen = () => JSON.stringify(hides());

/** @param {Record<string, string>} to */
function say(to) {
  told = chosen();
  to.Hides = encodeURIComponent(JSON.stringify({ ...hides(), at: saidAt() }));
}

function tell() {
  if (headers === null || told === chosen()) return;
  say(headers);
  doubt();
}

on("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== stream) return;
  ({ headers } = ctx.request);
  say(headers);
});
on("htmx:sse:after:connection", () => {
  clearTimeout(forgetting);
  forgetting = setTimeout(() => { orders.replaceChildren(); }, TOLD_WITHIN);
});
on("filtered", () => {
  show();
  clearTimeout(choosing);
  choosing = setTimeout(tell, SETTLED);
});
new MutationObserver(hear).observe(orders, { childList: true });
one(sign, "button").addEventListener("click", showEverything);
