// Adds, changes or removes the day beside times when midnight passes, on an open page and in frames from before.
import { dated, dayOf } from "./moments.js";
import { now } from "./server_time.js";

const EVERY = 10_000; // milliseconds
const { kept, now: opened } = document.body.dataset;

// A `time` is all moment; other elements name the words that are (`data-said`). Only the day changes, not the time.
/** @param {HTMLElement} element */
function retell(element) {
  const { at = /** @type {HTMLTimeElement} */ (element).dateTime, said = element.textContent } = element.dataset;
  const { zone } = /** @type {HTMLElement} */ (element.closest("[data-zone]")).dataset;
  const moments = at.split("–").map(Date.parse);
  const fresh = said.split("–").map((old, place) => dated(/** @type {RegExpExecArray} */ (/\S*:.*/.exec(old))[0], moments[place], zone, now())).join("–");
  if (fresh === said) return;
  element.textContent = element.textContent.replace(said, fresh);
  element.dataset.said = fresh;
}

/** @param {ParentNode} root */
const tell = (root) => root.querySelectorAll("[data-zone] :is([data-at], time)").forEach(retell);
/** @param {number} moment */
const daysAt = (moment) => `${[...document.querySelectorAll("[data-zone]")].map(({ dataset }) => dayOf(moment, dataset.zone))}`;

let told = kept ? "" : daysAt(Number(opened));
function turn() {
  const days = daysAt(now());
  if (days === told) return;
  told = days;
  tell(document);
}

// A frame rendered before midnight may come after it: from the server's window, or from the kept snapshot.
const news = new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node instanceof HTMLElement) tell(node);
});

turn();
news.observe(document.body, { childList: true, subtree: true });
setInterval(turn, EVERY);
