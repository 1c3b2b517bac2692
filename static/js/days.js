// Times go on saying their day truly, in a page that stays open and in what was rendered before the day turned.
import { dayOf, when } from "./moments.js";
import { now } from "./server_time.js";

const EVERY = 10_000; // milliseconds
const { kept, now: opened } = document.body.dataset;
const days = new Map(); // zone -> the day on which its times were told last

// A `time` says nothing else; any other element says which of its words are the moments.
function retell(element, zone) {
  const { at = element.dateTime, said = element.textContent } = element.dataset;
  const fresh = at.split("|").map((moment) => when(Date.parse(moment), zone, now()));
  if (fresh.join("|") === said) return;
  let [text, from] = [element.textContent, 0];
  for (const [index, old] of said.split("|").entries()) {
    from = text.indexOf(old, from);
    if (from < 0) return;
    text = text.slice(0, from) + fresh[index] + text.slice(from + old.length);
    from += fresh[index].length;
  }
  element.textContent = text;
  if (element.dataset.said) element.dataset.said = fresh.join("|");
}

function tell(root, isMeant = () => true) {
  for (const element of root.querySelectorAll("[data-zone] :is([data-at], time)")) {
    const { zone } = element.closest("[data-zone]").dataset;
    if (isMeant(zone)) retell(element, zone);
  }
}

function turn() {
  const zones = new Set([...document.querySelectorAll("[data-zone]")].map(({ dataset }) => dataset.zone));
  const turned = [...zones].filter((zone) => days.get(zone) !== dayOf(now(), zone));
  for (const zone of turned) days.set(zone, dayOf(now(), zone));
  if (turned.length > 0) tell(document, (zone) => turned.includes(zone));
}

// A frame may have been rendered before midnight and come after it: from the server's window, or from what was kept.
const news = new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) tell(node);
  }
});

for (const { dataset } of document.querySelectorAll("[data-zone]")) days.set(dataset.zone, dayOf(Number(opened), dataset.zone));
if (kept) tell(document);
news.observe(document.body, { childList: true, subtree: true });
setInterval(turn, EVERY);
