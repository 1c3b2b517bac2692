// The bar below a dispatch board: what is chosen and what it brings to collect, and the riders who may take it, who is
// here first. One tap on a rider hands all of it over.
import { go, numberOf, onCards } from "../core/cards.js";
import { byId, emit, make, on, one, write } from "../core/dom.js";
import { locale, number, say, sayMany } from "../core/i18n.js";
import { chooseNone, chosenCards } from "./choice.js";
import { handOver, stillUndoable } from "./hand_over.js";
import { takeBack } from "../taps/queue.js";
import { amountOf } from "./money.js";
import { outSince, ridersToOffer } from "./rider_names.js";

const [bar, handed] = ["hand", "handed"].map(byId);
const [numbers, sums, riders] = ["b", "small", ".to-riders"].map((part) => one(bar, part));
const form = /** @type {HTMLFormElement} */ (one(bar, "form"));
const list = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
/** @type {Tap[]} */
let latest = [];
let look = "";

// Who uses keys goes on from there.
/** @param {{ key: string, name: string }} rider @param {boolean} isByKey */
function give(rider, isByKey) {
  const cards = chosenCards();
  latest = handOver(cards, rider);
  chooseNone();
  form.reset();
  write(one(handed, "p"), sayMany("%(num)s order for %(name)s", "%(num)s orders for %(name)s", cards.length, { name: rider.name }));
  follow();
  if (isByKey && !handed.hidden) one(handed, "button").focus();
  else if (isByKey) go([...byId("column-ready").children].find((card) => !cards.includes(card)));
}

/** @param {ReturnType<typeof ridersToOffer>[number]} rider */
function riderButton(rider) {
  const button = make("button", { type: "button" });
  button.dataset.rider = rider.name;
  button.classList.toggle("primary", !rider.isOut);
  button.append(make("bdi", { textContent: rider.isOut ? rider.name : say("Hand to %(name)s", { name: rider.name }) }));
  if (rider.isOut) {
    const out = make("small", { textContent: say("on the road") });
    const since = outSince(rider.key);
    const age = make("span", {});
    if (since) age.dataset.since = `${since}`;
    out.append(" ", age);
    button.append(" ", out);
  }
  button.addEventListener("click", ({ detail }) => give(rider, detail === 0));
  return button;
}

// No button is replaced under a finger unless it is another one.
function showRiders() {
  const offered = ridersToOffer();
  const now = JSON.stringify(offered.map(({ key, isOut }) => [key, isOut, isOut && outSince(key)]));
  if (now === look) return;
  look = now;
  riders.replaceChildren(...offered.map(riderButton));
  emit("retimed", riders);
}

function show() {
  const cards = chosenCards();
  bar.hidden = cards.length === 0;
  if (bar.hidden) return;
  write(numbers, list.format(cards.map((card) => number(numberOf(card)))));
  write(sums, `${sayMany("%(num)s order", "%(num)s orders", cards.length)} · ${amountOf(cards)}`);
  showRiders();
}

function follow() {
  handed.hidden = stillUndoable(latest).length === 0 || !bar.hidden;
}

one(bar, ".clear").addEventListener("click", chooseNone);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = `${new FormData(form).get("rider")}`.trim();
  if (name) give({ key: "", name }, true);
});
one(handed, "button").addEventListener("click", () => {
  for (const { id } of stillUndoable(latest)) takeBack(id);
});
on("chosen", () => { show(); follow(); });
onCards(() => { if (!bar.hidden) showRiders(); });
on("taps", follow);
setInterval(() => { if (!handed.hidden) follow(); }, 250); // what can be undone goes by itself
