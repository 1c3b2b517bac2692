// Tells a manager, on whatever page, where orders are open and no screen shows them: in one line that opens.
import { byId, on, one } from "../core/dom.js";

const place = byId("manager-alarm");
const AGAIN_AFTER = 30_000; // milliseconds after which a refused stream is asked for once more
const { restaurant, board } = document.body.dataset;
const HERE = `${restaurant} ${board}`; // whoever looks at a board sees what it shows
let last = "";
/** @type {EventSource | null} */
let source = null;
let isOver = false;

// Leaves out this board's own alarm. A single one that is left is shown itself; several are counted.
/** @param {DocumentFragment} alarms */
function arrange(alarms) {
  const details = alarms.querySelector("details");
  const here = alarms.querySelector(`[data-place="${HERE}"]`);
  if (here && details) one(details, "summary").textContent = details.dataset.butOne;
  (here?.closest("li") ?? here)?.remove();
  const left = alarms.querySelectorAll("a");
  return details && left.length > 1 ? [details] : [...left];
}

// The same sentences once more would be read out once more. What somebody has opened stays open.
/** @param {string} sentences */
function tell(sentences) {
  if (last === sentences) return;
  last = sentences;
  const fresh = document.createElement("template");
  fresh.innerHTML = sentences;
  const isOpen = place.querySelector("details")?.open ?? false;
  place.replaceChildren(...arrange(fresh.content));
  const details = place.querySelector("details");
  if (details) details.open = isOpen;
}

function close() {
  source?.close();
  source = null;
}

// Only the page that is looked at keeps a stream: browsers have few connections for one server.
function open() {
  if (isOver || document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
  source = new EventSource(place.dataset.stream);
  source.addEventListener("message", ({ data }) => tell(data.trim()));
  source.addEventListener("bye", () => { isOver = true; close(); tell(""); });
}

on("visibilitychange", () => { if (document.hidden) close(); else open(); });
addEventListener("pagehide", close);
addEventListener("pageshow", open);
setInterval(open, AGAIN_AFTER);
open();
