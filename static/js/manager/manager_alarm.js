// Tells a manager, on whatever page, what the overview says needs attention: a counted sign, and its list.
import { western } from "../core/digits.js";
import { byId, on, one, write } from "../core/dom.js";
import { number, sayMany } from "../core/i18n.js";

const place = byId("manager-alarm");
const [sign, panel, lines] = ["alerts-open", "alert-list", "manager-alarms"].map(byId);
const AGAIN_AFTER = 30_000; // milliseconds after which a refused stream is asked for once more
const ofOrders = panel.querySelector("#alerts"); // on a board: what it says of its own orders
const { restaurant, board } = document.body.dataset;
let last = "";
let orders = sign.hidden ? 0 : western(sign.dataset.many ?? "");
/** @type {EventSource | null} */
let source = null;
let isOver = false;

/** @param {string} said */
function show(said) {
  const count = orders + lines.children.length;
  sign.hidden = count === 0;
  if (sign.hidden) return panel.hidePopover();
  if (lines.children.length) sign.dataset.kind ||= "unshown";
  if (!ofOrders) return write(sign, said);
  sign.dataset.many = number(count);
  write(sign, sayMany("%(num)s alert", "%(num)s alerts", count));
}

// What is late on this board it says itself.
/** @param {HTMLElement} line */
const isOfBoard = ({ dataset }) => Boolean(dataset.of?.split(" ").includes(`${restaurant}/${board}`));

// The same sentence once more would be read out once more.
/** @param {string} sentences */
function tell(sentences) {
  if (last === sentences) return;
  last = sentences;
  const fresh = document.createElement("template");
  fresh.innerHTML = sentences;
  const list = fresh.content.querySelector("ul");
  lines.replaceChildren(...[...(list?.children ?? [])].filter((line) => !isOfBoard(line)));
  show(list?.dataset.sign ?? "");
  write(one(place, "[role=alert]"), list?.dataset.said ?? "");
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

// A board counts anew whenever something happens to its orders, or it has other notices, and knows of no others.
if (ofOrders) {
  const counted = new MutationObserver(() => {
    orders = western(sign.dataset.many ?? "");
    show("");
  });
  for (const each of [ofOrders, byId("left-out")]) counted.observe(each, { childList: true });
}
on("visibilitychange", () => { if (document.hidden) close(); else open(); });
addEventListener("pagehide", close);
addEventListener("pageshow", open);
setInterval(open, AGAIN_AFTER);
open();
