// The page tells the truth about itself: it says Live only while it is sure to show what is true now.
import { emit, on } from "../core/dom.js";
import { hear, listenIn, silence } from "./heartbeat.js";
import { atServer, now, onDevice } from "../core/server_time.js";
import { show } from "./status_sign.js";
import { REFUSE, beforeSwap } from "./swap_pipeline.js";

const SILENT_AFTER = 40_000; // milliseconds; the server's heart beats every 15 s
const NOT_FOR_US = [403, 404, 410];
const OPENING = ["connecting", "offline"];

const stream = document.querySelector("[hx-sse\\:connect]");
/** @type {SseConnection | null} */
let connection = null;
let isConnected = false;
const { kept } = document.body.dataset;
let phase = kept ? "offline" : "connecting";
let isOver = stream === null;
let asOf = kept ? atServer(Number(kept)) : now();

// By the device's clock, the only one that runs while the page is closed.
export const knownTrueAt = () => Math.round(onDevice(asOf));
/** @param {number} within */
export const isSure = (within) => isConnected && silence() < within;

function heard() {
  if (!isConnected) return;
  hear();
  if (phase === "live") asOf = now();
}

/** @param {string} next */
function enter(next) {
  if (isOver) return;
  phase = next;
  heard();
  render();
}

// Ends the stream for good: without its element, neither htmx's reconnecting nor its timer asks the server again.
/** @param {string} last */
function end(last) {
  enter(last);
  isOver = true;
  stream?.remove();
  emit("over", last);
}

function disconnected() {
  isConnected = false;
  enter(OPENING.includes(phase) ? phase : "reconnecting");
}

export function pause() {
  if (connection?.config.pauseOnBackground) disconnected();
}

export function hurry() {
  if (isOver) return;
  if (connection === null) htmx.trigger(/** @type {HTMLElement} */ (stream), "again");
  else setTimeout(() => connection?.delayCanceller?.());
}

// The connection may be there, but nobody can be sure of it: make another one, now.
export function doubt() {
  if (isOver) return;
  disconnected();
  connection?.reader?.cancel();
  hurry();
}

export function render() {
  if (stream === null) return;
  if (isConnected && silence() >= SILENT_AFTER) doubt();
  show(!isOver && phase !== "offline" && silence() >= SILENT_AFTER ? "silent" : phase, { silence: silence(), asOf });
}

/** @param {number | undefined} status */
export function refused(status) {
  if (status === 401) end("signed-out");
  else if (status && NOT_FOR_US.includes(status)) end("ended");
}

on("htmx:sse:after:connection", ({ detail }) => {
  isConnected = true;
  enter(connection === null && phase === "connecting" ? phase : "catching-up");
  connection = detail.connection;
  queueMicrotask(() => listenIn(detail.connection, heard));
});
// The server ends every catching up with a heartbeat.
on("htmx:sse:before:message", ({ detail: { message } }) => {
  if (isConnected) enter(message.event === "hb" || phase === "live" ? "live" : "catching-up");
});
on("htmx:sse:before:connection", ({ detail }) => { if (detail.connection.attempt) disconnected(); });
on("htmx:sse:error", ({ detail }) => { disconnected(); refused(detail.status); });
on("bye", () => end("signed-out"));
on("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === stream || ctx.response.status === 401) refused(ctx.response.status);
});
// The answer of a refused stream is not swapped in: the sign says it.
beforeSwap(REFUSE, ({ ctx: { sourceElement, response } }) => sourceElement !== stream || !response || response.status < 400);
