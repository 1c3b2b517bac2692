// Taps that wait, counted at the edge of the board and listed on request; and what was refused, until it is read.
import { byId, make, on, one } from "../core/dom.js";
import { COUNT, afterSwap } from "../live/swap_pipeline.js";
import { areKept, refused, unsent } from "./outbox.js";
import { when } from "../core/moments.js";
import { dismiss, takeBack } from "./queue.js";
import { whatHinders } from "./sender.js";
import { now } from "../core/server_time.js";
import { isLate } from "./pending_card.js";
import { isolated, locale, number, say, sayMany } from "../core/i18n.js";

const bar = byId("pending-taps");
const count = one(bar, "summary > span");
const rows = one(bar, "ol");
const advice = one(bar, "p");
const refusals = byId("refused");
const list = new Intl.ListFormat(locale(), { type: "unit" });
const zone = byId("live").dataset.zone;
let shown = "";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {Element} element @param {K} tag @param {string} text
 */
function put(element, tag, text) {
  const part = make(tag, { textContent: text });
  element.append(part);
  return part;
}

/** @param {Element} element @param {string} text @param {() => void} onClick */
function act(element, text, onClick) {
  const button = put(element, "button", text);
  button.type = "button";
  button.addEventListener("click", onClick);
}

/** @param {number} amount */
function words(amount) {
  const by = whatHinders();
  if (by === "signed-out") {
    return sayMany("%(num)s tap waits; it is sent when you have signed in again.", "%(num)s taps wait; they are sent when you have signed in again.", amount);
  }
  if (by === "person") return sayMany("%(num)s tap waits for a PIN.", "%(num)s taps wait for a PIN.", amount);
  return sayMany("%(num)s tap waits; it is sent once you are online.", "%(num)s taps wait; they are sent once you are online.", amount);
}

// A tap already sent may have succeeded; taking it back only stops the retries.
/** @param {Tap} entry */
function row(entry) {
  const line = document.createElement("li");
  put(line, "b", number(Number(entry.number)));
  const what = put(line, "p", "");
  put(what, "bdi", entry.label);
  put(what, "span", when(entry.at, zone, now()));
  if (entry.by) put(what, "bdi", entry.by);
  act(line, entry.tries > 0 ? say("Do not send again") : say("Take back"), () => takeBack(entry.id));
  return line;
}

/** @param {Tap[]} entries */
function refusal(entries) {
  const item = make("div", { className: "problem" });
  const values = {
    number: number(Number(entries[0].number)), taps: isolated(list.format(entries.map(({ label }) => label))),
    why: /** @type {string} */ (entries[0].why),
  };
  const one = say("%(number)s: %(taps)s was not done: %(why)s", values);
  put(item, "p", entries.length === 1 ? one : say("%(number)s: %(taps)s were not done: %(why)s", values));
  act(item, say("Dismiss"), () => dismiss(entries.map(({ id }) => id)));
  return item;
}

function show() {
  const entries = unsent();
  const late = entries.filter((entry) => isLate(entry) || !document.getElementById(entry.card));
  const groups = /** @type {Tap[][]} */ (Object.values(Object.groupBy(refused(), ({ root }) => /** @type {string} */ (root))));
  const state = JSON.stringify([late.length, late.length && entries.map(({ id, tries }) => [id, tries > 0]), groups, whatHinders()]);
  if (state === shown) return;
  shown = state;
  bar.hidden = late.length === 0;
  count.textContent = words(late.length);
  rows.replaceChildren(...entries.map(row));
  advice.hidden = areKept();
  refusals.replaceChildren(...groups.map(refusal));
  if (groups.length > 2) act(refusals, say("Dismiss all"), () => dismiss(groups.flat().map(({ id }) => id)));
  lift();
}

// The box covers the ends of the columns: each gets as much room below, so that every card can be scrolled clear.
const box = /** @type {HTMLElement} */ (refusals.parentElement);
// Over a ticket that lies open too: what was refused is read there, and does not wait beneath it.
function lift() {
  const isUp = box.matches(":popover-open");
  if (isUp === (refusals.childElementCount > 0 && document.querySelector(".card:popover-open") !== null)) return;
  box.popover = isUp ? null : "manual";
  if (!isUp) box.showPopover();
}
document.addEventListener("toggle", lift, { capture: true });

const EDGE = 28; // pixels below it
new ResizeObserver(() => {
  const { offsetHeight } = box;
  document.body.style.setProperty("--covered", `${offsetHeight && offsetHeight + EDGE}px`);
}).observe(box);

on("taps", show);
afterSwap(COUNT, show);
setInterval(() => { if (unsent().length > 0) show(); }, 250); // a tap without an answer becomes late with time, or offline
show();
