// The server's time in milliseconds: by the page's monotonic clock, corrected by heartbeats.
import { on } from "./dom.js";

const { now: told } = document.body.dataset;
let ahead = Number(told) - performance.now();
let isFirst = true;

export const now = () => ahead + performance.now();

// A moment by this device's clock, as the server would name it; and the other way round.
/** @param {number} moment */
export const atServer = (moment) => moment - Date.now() + now();
/** @param {number} moment */
export const onDevice = (moment) => moment - now() + Date.now();

// A heartbeat can be late, never early, so only a later time counts. A connection's first is fresh: it always counts.
/** @param {number} said */
function hear(said) {
  if (!(said > 0)) return;
  const heard = said - performance.now();
  if (!isFirst && heard <= ahead) return;
  ahead = heard;
  isFirst = false;
}

on("htmx:sse:after:connection", () => { isFirst = true; });
on("htmx:sse:before:message", ({ detail: { message } }) => {
  if (message.event === "hb") hear(Number(message.data));
});
