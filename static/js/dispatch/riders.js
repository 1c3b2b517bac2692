// Who carries what, and what waits for whom: a strip over the dispatch board, with one tap to hand it all over.
import { byId, emit, make, on, one, write } from "../core/dom.js";
import { numberOf, onCards } from "../core/cards.js";
import { enqueue } from "../taps/queue.js";
import { tapOf } from "../taps/tap_handler.js";
import { locale, number, say, sayMany } from "../core/i18n.js";
import { outSince } from "./rider_names.js";
import { sayHanded } from "./handed.js";

const strip = byId("rider-strip");
const names = /** @type {HTMLDataListElement} */ (byId("riders"));
const numbers = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
/** @type {Set<string>} */
const handedOver = new Set();
/** @type {Map<string, ReturnType<typeof entry>>} */
const shown = new Map();

/** @param {string} status */
const cardsIn = (status) => [...document.querySelectorAll(`.card[data-rider][data-status="${status}"]`)];
/** @param {HTMLElement} card */
const isFree = (card) => card.dataset.held === undefined && !handedOver.has(card.id);

// By the key of the name: "Sami" and "sami" are one rider.
/** @param {HTMLElement[]} cards @returns {Map<string, HTMLElement[]>} */
function byRider(cards) {
  const found = new Map();
  for (const card of cards) found.set(card.dataset.riderKey, [...(found.get(card.dataset.riderKey) ?? []), card]);
  return found;
}

// Each an ordinary tap, so that each can be refused by itself, and waits like any other when the line is cut.
/** @param {string} rider @param {string} spelled */
function handOver(rider, spelled) {
  const cards = cardsIn("ready").filter((each) => each.dataset.riderKey === rider && isFree(each));
  const buttons = cards.map((card) => /** @type {HTMLButtonElement | null} */ (card.querySelector('button[value="delivering"]')));
  const taps = buttons.map((button) => button && enqueue(tapOf(button))).filter((tap) => tap !== null && tap !== undefined);
  sayHanded(taps, taps.length, spelled);
}

/** @param {string} rider @param {string} spelled */
function entry(rider, spelled) {
  const [item, initial, name, out, carried, waiting] = ["li", "i", "bdi", "span", "span", "span"].map((tag) => document.createElement(tag));
  const button = make("button", { type: "button" });
  const call = make("a", { className: "call", textContent: "✆", ariaLabel: say("Call %(name)s", { name: spelled }) });
  item.dataset.rider = name.textContent = spelled;
  initial.textContent = [...spelled][0]?.toLocaleUpperCase() ?? "";
  initial.ariaHidden = "true";
  out.className = "out";
  carried.className = "carried";
  waiting.className = "waiting";
  button.addEventListener("click", () => handOver(rider, spelled));
  item.append(initial, name, out, carried, waiting, call, button);
  return { item, call, out, carried, waiting, button, wasHere: false };
}

// How long a rider has been on the road.
/** @param {HTMLElement} item @param {HTMLElement} out @param {number} since */
function tellOut(item, out, since) {
  if (Number(out.dataset.since ?? 0) === since) return;
  if (since) out.dataset.since = `${since}`;
  else {
    delete out.dataset.since;
    out.textContent = "";
  }
  emit("retimed", item);
}

// Riders keep their places for as long as the page stands: nothing moves under a finger.
/** @param {string} rider @param {string} spelled */
function place(rider, spelled) {
  const known = shown.get(rider);
  if (known) return known;
  const made = entry(rider, spelled);
  one(strip, "ul").append(made.item);
  shown.set(rider, made);
  return made;
}

/** @param {HTMLElement[]} cards */
const numbersOf = (cards) => numbers.format(cards.map(numberOf).sort((one, other) => one - other).map(number));

// A name that only a card has is offered too.
/** @param {string} rider @param {string} spelled */
function offer(rider, spelled) {
  const option = new Option(spelled, spelled);
  option.dataset.key = rider;
  names.append(option);
}

function show() {
  const [carried, waiting] = [byRider(cardsIn("delivering")), byRider(cardsIn("ready"))];
  const listed = new Map([...names.options].map((option) => [option.dataset.key ?? "", option]));
  const present = [...listed].filter(([, { dataset }]) => dataset.here !== undefined).map(([rider]) => rider);
  for (const rider of new Set([...shown.keys(), ...present, ...carried.keys(), ...waiting.keys()])) {
    const [out, here] = [carried.get(rider) ?? [], waiting.get(rider) ?? []];
    const free = here.filter(isFree);
    const spelled = listed.get(rider)?.value ?? [...out, ...here][0]?.dataset.rider ?? "";
    const phone = listed.get(rider)?.dataset.phone;
    const isHere = listed.get(rider)?.dataset.here !== undefined;
    const parts = place(rider, spelled);
    parts.wasHere ||= isHere;
    if (parts.wasHere && !isHere && out.length + here.length === 0) { // has gone home
      parts.item.remove();
      shown.delete(rider);
      continue;
    }
    if (spelled && !listed.has(rider)) offer(rider, spelled);
    parts.call.hidden = !phone;
    if (phone) parts.call.href = phone;
    write(parts.carried, out.length ? say("carries %(numbers)s", { numbers: numbersOf(out) }) : say("carries nothing"));
    write(parts.waiting, here.length ? say("waiting: %(numbers)s", { numbers: numbersOf(here) }) : "");
    write(parts.button, sayMany("Hand over %(num)s", "Hand over %(num)s", free.length));
    parts.button.hidden = free.length === 0;
    tellOut(parts.item, parts.out, outSince(rider));
    parts.item.toggleAttribute("data-in", isHere && out.length === 0);
    parts.item.toggleAttribute("data-idle", !isHere && out.length + here.length === 0);
  }
  strip.toggleAttribute("data-none", shown.size === 0);
}

onCards(show);
new MutationObserver(show).observe(names, { childList: true }); // somebody came or went
on("tap:queued", ({ detail }) => { handedOver.add(detail.card); show(); });
for (const end of /** @type {const} */ (["tap:sent", "tap:undone", "tap:refused"])) {
  on(end, ({ detail }) => { handedOver.delete(detail.card); show(); });
}
