// The bar below a dispatch board: what is chosen and what it brings to collect, and the riders who may take it, who is
// here first. One tap on a rider hands all of it over.
import { go, numberOf, onCards } from "../core/cards.js";
import { byId, emit, make, on, one, write } from "../core/dom.js";
import { locale, number, say, sayMany } from "../core/i18n.js";
import { chooseNone, chosenCards, lastChosen, lostOnes } from "./choice.js";
import { fateOf } from "./lost.js";
import { handOver } from "./hand_over.js";
import { sayHanded } from "./handed.js";
import { amountOf } from "./money.js";
import { outSince, ridersToOffer } from "./rider_names.js";

const bar = byId("hand");
const [chosen, numbers, sums, lost, riders] = [".chosen", "b", "small", ".lost", ".to-riders"].map((part) => one(bar, part));
const form = /** @type {HTMLFormElement} */ (one(bar, "form"));
const list = new Intl.ListFormat(locale(), { type: "unit", style: "short" });
let look = "";

// Who uses keys goes on from there.
/** @param {{ key: string, name: string }} rider @param {boolean} isByKey */
function give(rider, isByKey) {
  const cards = chosenCards();
  const taps = handOver(cards, rider);
  chooseNone();
  form.reset();
  const undo = sayHanded(taps, cards.length, rider.name);
  if (isByKey && undo) undo.focus();
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

// No rider slides under a finger when there is less to say than a moment ago.
/** @param {boolean} isLess */
function keepWidth(isLess) {
  if (!isLess) chosen.style.removeProperty("min-inline-size");
  else if (!chosen.style.minInlineSize) chosen.style.minInlineSize = `${chosen.getBoundingClientRect().width}px`;
}

function show() {
  const cards = chosenCards();
  const fates = [...lostOnes()].map(([id, of]) => fateOf(id, of));
  if (!bar.hidden) keepWidth(fates.length > 0);
  bar.hidden = cards.length + fates.length === 0;
  bar.toggleAttribute("data-none", cards.length === 0);
  write(lost, fates.join(" · "));
  if (cards.length === 0) return;
  write(numbers, list.format(cards.map((card) => number(numberOf(card)))));
  write(sums, `${sayMany("%(num)s order", "%(num)s orders", cards.length)} · ${amountOf(cards)}`);
  showRiders();
}

one(bar, ".clear").addEventListener("click", ({ detail }) => {
  const last = lastChosen();
  chooseNone();
  if (detail === 0) go(last);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = `${new FormData(form).get("rider")}`.trim();
  if (name) give({ key: "", name }, true);
});
on("chosen", show);
onCards(() => { if (!bar.hidden) show(); });
