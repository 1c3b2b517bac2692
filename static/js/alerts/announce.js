// What others did is said to whoever listens to the page: a sentence every few seconds at most, one's own taps never.
import { byId, on } from "../core/dom.js";
import "./card_events.js";
import { say, sayMany } from "../core/i18n.js";

const AT_MOST_EVERY = 3000; // milliseconds
const SILENT = ["coming", "expired", "in time"];
const region = byId("order-announcement");
/** @type {Map<string, CardNews>} */
const waiting = new Map();
/** @type {number | null} */
let next = null;

/** @type {Record<string, (order: { number: number, status: string }) => string>} */
const MOVED = {
  pending: (order) => say("Order %(number)s is pending", order),
  confirmed: (order) => say("Order %(number)s is confirmed", order),
  preparing: (order) => say("Order %(number)s is being prepared", order),
  ready: (order) => say("Order %(number)s is ready", order),
  delivering: (order) => say("Order %(number)s is on its way", order),
  completed: (order) => say("Order %(number)s is completed", order),
};
/** @type {Record<string, (order: { number: number, status: string }) => string>} */
const SENTENCES = {
  new: (order) => say("Order %(number)s is new", order),
  moved: (order) => MOVED[order.status](order),
  changed: (order) => say("Order %(number)s was changed", order),
  cancelled: (order) => say("Order %(number)s is cancelled", order),
  late: (order) => say("Order %(number)s is late", order),
  gone: (order) => say("Order %(number)s has left the board", order),
};

/** @param {Pick<CardNews, "kind" | "number" | "status">[]} orders */
export function sentence(orders) {
  if (orders.length === 1) return SENTENCES[orders[0].kind](orders[0]);
  return sayMany("%(num)s order moved", "%(num)s orders moved", orders.length);
}

// What was cancelled is said by itself, before the rest.
function speak() {
  const orders = [...waiting.values()];
  next = null;
  if (orders.length === 0) return;
  const cancelled = orders.find(({ kind }) => kind === "cancelled");
  const said = cancelled ? [cancelled] : orders;
  for (const { id } of said) waiting.delete(id);
  region.textContent = sentence(said);
  next = setTimeout(speak, AT_MOST_EVERY);
}

on("card:news", ({ detail }) => {
  if (detail.isOwn || !detail.isShown || SILENT.includes(detail.kind)) return;
  waiting.set(detail.id, detail);
  // What comes in the same breath is one sentence.
  next ??= setTimeout(speak, 250);
});
