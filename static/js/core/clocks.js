// Ages that tick, timers that become due and late, cards that leave when their time is over: by the server's clock.
import { onCards } from "./cards.js";
import { on, one, write } from "./dom.js";
import { now as serverNow } from "./server_time.js";
import { lasting, say } from "./i18n.js";

const MINUTE = 60_000;
const TIMED = "[data-since], [data-until], [data-late-at], [data-over-at], [data-gone-at]";
/** @type {Map<HTMLElement, number>} */
const changing = new Map(); // each timed element and the moment when it looks different next
let last = serverNow();

/** @param {string} state @param {number} late @param {boolean} isPromised */
function timerSays(state, late, isPromised) {
  if (state === "calm") return "";
  if (state === "due") return say("due");
  if (late < MINUTE) return say("late");
  return isPromised ? say("late by %(time)s", { time: lasting(late) }) : say("target +%(time)s", { time: lasting(late) });
}

/** @param {number} since @param {number} now */
const nextMinute = (since, now) => since + (Math.max(0, Math.floor((now - since) / MINUTE)) + 1) * MINUTE;

/** @param {HTMLElement} element @param {number} now */
function age(element, now) {
  const since = Number(element.dataset.since);
  write(element, lasting(now - since));
  return nextMinute(since, now);
}

// What is left until a moment, in whole minutes that have begun.
/** @param {HTMLElement} element @param {number} now */
function remain(element, now) {
  const left = Math.max(0, Number(element.dataset.until) - now);
  write(element, lasting(Math.ceil(left / MINUTE) * MINUTE));
  return left ? now + (left % MINUTE || MINUTE) : Infinity;
}

// The card has the colours of its timer. Returns the card.
/** @param {HTMLElement} clock */
function mark(clock) {
  const card = /** @type {HTMLElement} */ (clock.closest(".card"));
  const { dataset } = card;
  const { timer } = clock.dataset;
  if (timer === "calm") delete dataset.time;
  else if (dataset.time !== timer) dataset.time = timer;
  return card;
}

// The server sends `data-due-at` and `data-late-at`, anew when a target changes; here they only take effect.
// A broken promise, which the card says to the minute, counts before a target that was broken earlier, as
// `Timer.late_since` has it; NaN is later than any moment.
/** @param {HTMLElement} clock @param {number} now */
function turn(clock, now) {
  const [dueAt, lateAt] = [Number(clock.dataset.dueAt), Number(clock.dataset.lateAt)];
  const state = now > lateAt ? "late" : now >= dueAt ? "due" : "calm";
  if (clock.dataset.timer !== state) clock.dataset.timer = state;
  const promised = mark(clock).querySelector(".promised:not(.kept)");
  const promisedAt = Math.max(Date.parse(promised?.dataset.at ?? ""), lateAt);
  const since = now > promisedAt ? promisedAt : lateAt;
  write(one(clock, ".timer"), timerSays(state, now - since, since === promisedAt));
  if (state === "late") return Math.min(nextMinute(since, now), promisedAt > now ? promisedAt + 1 : Infinity);
  return state === "due" ? lateAt + 1 : dueAt;
}

/** @param {HTMLElement} estimate @param {number} now */
function outlast(estimate, now) {
  const overAt = Number(estimate.dataset.overAt);
  estimate.toggleAttribute("data-over", now >= overAt);
  return now >= overAt ? Infinity : overAt;
}

/** @param {HTMLElement} card @param {number} now */
function leave(card, now) {
  const goneAt = Number(card.dataset.goneAt);
  if (now >= goneAt) card.remove();
  return goneAt;
}

// Returns when the element will look different next.
/** @param {HTMLElement} element @param {number} now */
function show(element, now) {
  const { since, until, lateAt, overAt } = element.dataset;
  if (since !== undefined) return age(element, now);
  if (until !== undefined) return remain(element, now);
  if (lateAt !== undefined) return turn(element, now);
  return overAt !== undefined ? outlast(element, now) : leave(element, now);
}

/** @param {ParentNode} root */
function read(root) {
  const now = serverNow();
  if (root instanceof HTMLElement && root.matches(TIMED)) changing.set(root, show(root, now));
  for (const element of root.querySelectorAll(TIMED)) changing.set(element, show(element, now));
  for (const clock of root.querySelectorAll("[data-timer]:not([data-late-at])")) mark(clock);
}

// Each second touches only what changes in it. After the server's clock was set back, all elements are read again.
function tick() {
  const now = serverNow();
  if (now < last) read(document);
  last = now;
  for (const [element, at] of changing) {
    if (at > now) continue;
    if (element.isConnected) changing.set(element, show(element, now));
    else changing.delete(element);
  }
}

read(document);
onCards((cards) => cards.forEach(read));
setInterval(tick, 1000);
on("retimed", ({ detail }) => read(detail));
