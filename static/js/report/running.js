// The running shifts, asked for again when figures have moved, when the line is back, and when time changes them.
import { byId, on } from "../core/dom.js";
import { now } from "../core/server_time.js";
import { REMEMBER, RESTORE, afterSwap, beforeSwap } from "../live/swap_pipeline.js";

const EVERY = 2000; // milliseconds between two questions at least
const LONGEST = 2 ** 31 - 1;
const panel = byId("running");
let asked = 0;
/** @type {number | null} */
let next = null;
let atTheMoment = 0;
let wasConnected = false;

function ask() {
  next ??= setTimeout(() => {
    next = null;
    asked = Date.now();
    htmx.trigger(panel, "again");
  }, Math.max(0, asked + EVERY - Date.now()));
}

// An order becomes late, a shift ends: nothing happens then that a stream would tell.
function askInTime() {
  clearTimeout(atTheMoment);
  const moment = panel.querySelector("[data-again-at]")?.dataset.againAt;
  if (moment) atTheMoment = setTimeout(ask, Math.min(Math.max(0, Number(moment) - now()), LONGEST));
}

// What somebody has opened stays open.
let isOpen = false;
beforeSwap(REMEMBER, () => { isOpen = panel.querySelector("details")?.open ?? isOpen; });
afterSwap(RESTORE, () => {
  const more = panel.querySelector("details");
  if (more) more.open = isOpen;
  askInTime();
});

on("sla", ask);
on("htmx:sse:after:connection", () => {
  if (wasConnected) ask();
  wasConnected = true;
});
askInTime();
