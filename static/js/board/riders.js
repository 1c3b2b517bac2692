// Who carries what, and what waits for whom: a strip over the dispatch board, with one tap to hand it all over.
import { onCards } from "../core/cards.js";
import { enqueue } from "../taps/queue.js";
import { tapOf } from "../taps/tap_handler.js";
import { locale, number, say, sayMany } from "../core/i18n.js";

const strip = document.getElementById("rider-strip");
const names = document.getElementById("riders");
const numbers = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
const handedOver = new Set();
const shown = new Map();

const cardsIn = (status) => [...document.querySelectorAll(`.card[data-rider][data-status="${status}"]`)];
const numberOf = ({ dataset }) => Number(dataset.number);
const isFree = (card) => card.dataset.held === undefined && !handedOver.has(card.id);

// By the key of the name: "Sami" and "sami" are one rider.
function byRider(cards) {
  const found = new Map();
  for (const card of cards) found.set(card.dataset.riderKey, [...(found.get(card.dataset.riderKey) ?? []), card]);
  return found;
}

// Each an ordinary tap, so that each can be refused by itself, and waits like any other when the line is cut.
function handOver(rider) {
  for (const card of cardsIn("ready").filter((each) => each.dataset.riderKey === rider && isFree(each))) {
    const button = card.querySelector('button[value="delivering"]');
    if (button) enqueue(tapOf(button));
  }
}

// Riders keep their places for as long as the page stands: nothing moves under a finger.
function place(rider, spelled) {
  if (shown.has(rider)) return shown.get(rider);
  const [item, name, carried, waiting, button] = ["li", "bdi", "span", "span", "button"].map((tag) => document.createElement(tag));
  item.dataset.rider = name.textContent = spelled;
  carried.className = "carried";
  waiting.className = "waiting";
  button.type = "button";
  button.addEventListener("click", () => handOver(rider));
  item.append(name, carried, waiting, button);
  strip.querySelector("ul").append(item);
  shown.set(rider, { item, carried, waiting, button });
  if (![...names.options].some(({ dataset }) => dataset.key === rider)) names.append(new Option(spelled, spelled));
  return shown.get(rider);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const listed = (cards) => numbers.format(cards.map(numberOf).sort((one, other) => one - other).map(number));

function show() {
  const [carried, waiting] = [byRider(cardsIn("delivering")), byRider(cardsIn("ready"))];
  for (const rider of new Set([...shown.keys(), ...carried.keys(), ...waiting.keys()])) {
    const [out, here] = [carried.get(rider) ?? [], waiting.get(rider) ?? []];
    const free = here.filter(isFree);
    const parts = place(rider, [...out, ...here][0]?.dataset.rider);
    write(parts.carried, out.length ? say("carries %(numbers)s", { numbers: listed(out) }) : say("carries nothing"));
    write(parts.waiting, here.length ? say("waiting: %(numbers)s", { numbers: listed(here) }) : "");
    write(parts.button, sayMany("Hand over %(num)s", "Hand over %(num)s", free.length));
    parts.button.hidden = free.length === 0;
    parts.item.toggleAttribute("data-idle", out.length + here.length === 0);
  }
  strip.toggleAttribute("data-none", shown.size === 0);
}

if (strip) {
  onCards(show);
  document.addEventListener("tap:queued", ({ detail }) => { handedOver.add(detail.card); show(); });
  for (const end of ["tap:sent", "tap:undone", "tap:refused"]) {
    document.addEventListener(end, ({ detail }) => { handedOver.delete(detail.card); show(); });
  }
}
