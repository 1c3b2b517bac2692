// The guests' board: a number that becomes ready is called out once, large, and aloud if that was chosen.
import { byId, on, one } from "../core/dom.js";
import { chosen, isShown } from "./settings.js";
import { play } from "../alerts/tones.js";
import "../live/versions.js";
import { say } from "../core/i18n.js";

const CALLED_FOR = 6000; // milliseconds
const AT_ONCE = 6;
const SIZES = 7;
const lists = [...document.querySelectorAll(".area .cards")];
const ready = byId("pickup-ready");
const preparing = byId("pickup-preparing");
const call = byId("call");
const known = new Set([...ready.children].map(({ id }) => id));
/** @type {string[]} */
const waiting = [];
let isCalling = false;

/** @param {string[]} numbers */
function speak(numbers) {
  for (const number of numbers) {
    const words = new SpeechSynthesisUtterance(say("Order %(number)s is ready, please come.", { number }));
    words.lang = document.documentElement.lang;
    words.volume = chosen.volume / 100;
    speechSynthesis.speak(words);
  }
}

/** @param {string} number */
function item(number) {
  const shown = document.createElement("li");
  shown.textContent = number;
  return shown;
}

function callNext() {
  const numbers = waiting.splice(0, AT_ONCE);
  isCalling = numbers.length > 0;
  call.hidden = !isCalling;
  if (!isCalling) return;
  call.dataset.count = `${numbers.length}`;
  one(call, "ol").replaceChildren(...numbers.map(item));
  if (chosen.chime) play("ready", chosen.volume);
  if (chosen.spoken) speak(numbers);
  setTimeout(callNext, CALLED_FOR);
}

// The largest size at which every number of a list fits on the screen.
/** @param {HTMLElement} list */
function fit(list) {
  for (let size = 1; size <= SIZES; size += 1) {
    list.dataset.size = `${size}`;
    if (list.scrollHeight <= list.clientHeight) return;
  }
}

function notice() {
  for (const { id } of preparing.children) known.delete(id); // what the kitchen recalled is called again
  for (const card of [...ready.children].reverse()) {
    if (known.has(card.id)) continue;
    known.add(card.id);
    if (isShown(card)) waiting.push(card.textContent.trim());
  }
  // What becomes ready in the same breath is called together.
  if (waiting.length > 0 && !isCalling) {
    isCalling = true;
    setTimeout(callNext, 300);
  }
  lists.forEach(fit);
}

const changes = new MutationObserver(notice);
for (const list of lists) changes.observe(list, { childList: true });
on("pickup:chosen", () => lists.forEach(fit));
addEventListener("resize", () => lists.forEach(fit));
document.fonts.ready.then(() => lists.forEach(fit));
lists.forEach(fit);
