// Devices sleep and pages go to the background: what comes back must not claim to know what happened meanwhile.
import { on } from "../core/dom.js";
import { doubt, hurry, isSure, pause, render } from "./liveness.js";

const ASLEEP_AFTER = 10_000; // milliseconds that a clock which ticks every second stood still
const DOUBTFUL_AFTER = 20_000; // a heartbeat is late
let ticked = Date.now();

// In the background browsers slow the clock down, too; that is looked at when the page comes back.
function wake() {
  const slept = Date.now() - ticked > ASLEEP_AFTER;
  ticked = Date.now();
  if (slept && !document.hidden) doubt();
}

on("htmx:sse:before:message", wake);
on("visibilitychange", () => {
  if (document.hidden) pause();
  else if (!isSure(DOUBTFUL_AFTER)) doubt();
});
addEventListener("pageshow", ({ persisted }) => { if (persisted) doubt(); });

// Keeps the screen awake while a board is looked at. A device that refuses does so to save power, and shows that.
function stayAwake() {
  if (document.body.matches(".board, .pickup") && !document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

on("visibilitychange", stayAwake);
stayAwake();
addEventListener("offline", doubt);
addEventListener("online", hurry);

document.querySelector("#live noscript")?.remove(); // all scripts of the page have begun: see core/cannot_run.js
setInterval(() => { wake(); render(); }, 1000);
render();
