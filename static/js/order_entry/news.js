// What a kitchen says is sold out is seen here at once, and so is a menu that was changed.
import { emit, on } from "../core/dom.js";
import { form } from "./asking.js";
import { offer } from "./offered.js";

const AGAIN_AFTER = 30_000; // milliseconds after which a refused stream is asked for once more
/** @type {EventSource | null} */
let source = null;
let isOver = false;

const isTaking = () => document.getElementById("entry") !== null;

// Once the order is sent there is no form any more, and nothing to offer in it.
async function reoffer() {
  if (!isTaking()) return close();
  const answer = await fetch(`${form().action}/menu`).catch(() => null);
  if (!answer?.ok || !isTaking()) return;
  offer(await answer.json());
  emit("entry:offered");
}

function close() {
  source?.close();
  source = null;
}

// Only the page that is looked at keeps a stream: browsers have few connections for one server.
function open() {
  if (isOver || document.hidden || !isTaking() || (source && source.readyState !== EventSource.CLOSED)) return;
  source = new EventSource(/** @type {string} */ (form().dataset.news));
  source.addEventListener("menu", reoffer);
  source.addEventListener("bye", () => { isOver = true; close(); });
}

on("visibilitychange", () => { if (document.hidden) close(); else open(); });
addEventListener("pagehide", close);
addEventListener("pageshow", open);
setInterval(open, AGAIN_AFTER);
open();
