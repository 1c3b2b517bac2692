// What nobody has taken notice of yet: which orders, and what of them; it ends when somebody does, or has moved them.
import { byId, on } from "../core/dom.js";
import { LOUDEST_FIRST, mark, show } from "./alert_marks.js";
import { allCards, numberOf } from "../core/cards.js";
import { begun } from "./card_events.js";
import { forget, isNoticed, notice } from "./noticed.js";
import { isUnshown } from "./unshown.js";

const SAID_AGAIN = ["cancelled", "unshown", "late", "new"];
const CHANGED_FOR = 20_000; // milliseconds
const IN_ONE_BREATH = 150; // milliseconds
const ENDS = ["moved", "gone", "expired"];
/** @type {Map<string, import("./alert_marks.js").Alert>} */
const waiting = new Map();
/** @type {((kinds: string[]) => void)[]} */
const listeners = [];
/** @type {Set<string>} */
let fresh = new Set();

// `listener` is told of the kinds of what has just happened, the loudest first.
/** @param {(kinds: string[]) => void} listener */
export const onAlert = (listener) => listeners.push(listener);

// The kinds that are said again as long as nobody takes notice, the loudest first.
export function unheard() {
  const kinds = new Set([...waiting.values()].map(({ kind }) => kind));
  return SAID_AGAIN.filter((kind) => kinds.has(kind));
}

function tell() {
  const kinds = LOUDEST_FIRST.filter((kind) => fresh.has(kind));
  fresh = new Set();
  for (const listener of listeners) listener(kinds);
}

/** @param {string} id */
function changed(id) {
  mark(id, waiting.get(id)?.kind);
  show(waiting);
}

/** @param {string} id */
function end(id) {
  if (waiting.delete(id)) changed(id);
}

/** @param {string} id @param {string} kind @param {number} number */
function begin(id, kind, number) {
  const known = waiting.get(id);
  if (known && LOUDEST_FIRST.indexOf(known.kind) <= LOUDEST_FIRST.indexOf(kind)) return;
  waiting.set(id, { kind, number });
  if (kind === "changed" && !isChanged(byId(id))) setTimeout(() => { if (waiting.get(id)?.kind === kind) end(id); }, CHANGED_FOR);
  changed(id);
}

/** @param {string} id @param {string} kind @param {number} number */
function ring(id, kind, number) {
  begin(id, kind, number);
  if (fresh.size === 0) setTimeout(tell, IN_ONE_BREATH);
  fresh.add(kind);
}

// Somebody has seen it. What was cancelled is acknowledged on its card, which then leaves the board.
/** @param {string} id */
function takeNotice(id) {
  const kind = waiting.get(id)?.kind;
  if (kind === undefined || kind === "cancelled") return;
  notice(id, kind === "unshown" ? [kind] : ["new", kind]);
  end(id);
}

// Until somebody has said `Seen`.
/** @param {HTMLElement | null} card */
const isChanged = (card) => Boolean(card?.querySelector("[value=acknowledge]"));

// The alert that a card's present state asks for, whenever the page was opened.
/** @param {HTMLElement} card */
function crying(card) {
  if (card.dataset.status === "cancelled") return "cancelled";
  if (card.dataset.hidden !== undefined) return isUnshown(card) ? "unshown" : null;
  if (card.querySelector('[data-timer="late"]')) return "late";
  if (card.closest("[data-entry]")) return "new";
  return isChanged(card) ? "changed" : null;
}

function lookAround() {
  for (const card of allCards()) {
    const kind = crying(card);
    const said = waiting.get(card.id)?.kind;
    if (said !== kind && (said === "unshown" || card.dataset.hidden !== undefined)) end(card.id);
    if (kind && !waiting.has(card.id) && !isNoticed(card.id, kind)) ring(card.id, kind, numberOf(card));
  }
}

on("card:news", ({ detail: { kind, id, number, isOwn, isShown } }) => {
  if (ENDS.includes(kind) || (kind === "in time" && waiting.get(id)?.kind === "late")) end(id);
  if (ENDS.includes(kind)) forget(id, ["new", "late", "unshown"]);
  if (kind === "in time") forget(id, ["late"]);
  if (LOUDEST_FIRST.includes(kind) && !isOwn && isShown) ring(id, kind, number);
});
on("click", ({ target }) => takeNotice(/** @type {string} */ (target.closest(".card")?.id)));
on("tap:queued", ({ detail: { card } }) => takeNotice(card));
byId("heard").addEventListener("click", () => [...waiting.keys()].forEach(takeNotice));
for (const change of /** @type {const} */ (["filtered", "unshown"])) on(change, lookAround);
// What keeps everybody from doing anything stands on the board too.
function showAll() {
  const said = [...byId("left-out").querySelectorAll(".suspended")];
  byId("suspended").replaceChildren(...said.map((each) => each.cloneNode(true)));
  show(waiting);
}

new MutationObserver(showAll).observe(byId("left-out"), { childList: true });
showAll();
begun.then(lookAround);
