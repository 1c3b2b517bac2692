// What can go stands by area, for a rider takes a direction and not a number; what is out stands by rider.
import { onCards } from "../core/cards.js";
import { byId, emit, make, on, write } from "../core/dom.js";
import { number, say } from "../core/i18n.js";
import { whenStill } from "../core/stillness.js";
import { canBeChosen, choose } from "./choice.js";
import { arrange, forgetPlaces, takeIn, zoneOf } from "./grouping.js";
import { whileQuiet } from "./quiet.js";

/** @typedef {import("./grouping.js").Group} Group */

const AREA = "delivery ";

/** @param {HTMLElement} card */
const areaOf = (card) => card.querySelector(".area");
/** @param {HTMLElement} card */
const directionOf = (card) =>
  (card.dataset.fulfilment === "delivery" ? `${AREA}${areaOf(card)?.dataset.key ?? ""}` : card.dataset.fulfilment);
/** @param {string} key */
const staysHere = (key) => !key.startsWith(AREA);

/** @param {Group} group */
function areaName({ key, cards }) {
  if (key === "pickup") return say("Pickup at the counter");
  if (key === "dine_in") return say("To a table");
  return areaOf(cards[0])?.textContent.trim() ?? say("No area given");
}

/** @param {Group} group */
function writeDirection(group) {
  const { heading, cards } = group;
  if (!heading.firstChild) {
    const all = make("button", { type: "button", className: "quiet" });
    heading.append(make("h3", {}), all);
  }
  const [title, all] = /** @type {HTMLElement[]} */ ([...heading.children]);
  title.replaceChildren(make("bdi", { textContent: areaName(group) }), ` · ${number(cards.length)}`);
  const free = cards.filter(canBeChosen);
  all.hidden = free.length < 2;
  write(all, say("Choose all %(num)s", { num: free.length }));
  all.onclick = () => choose(free);
}

/** @param {Group} group */
function writeRun({ heading, cards }) {
  if (!heading.firstChild) {
    heading.append(make("h3", {}), make("span", { className: "out" }));
  }
  const [name, out] = /** @type {HTMLElement[]} */ ([...heading.children]);
  const { rider } = cards[0].dataset;
  name.replaceChildren(rider ? make("bdi", { textContent: rider }) : say("No rider"));
  const since = cards[0].querySelector(".waits")?.dataset.since;
  if (!since || out.dataset.since === since) return;
  out.dataset.since = since;
  emit("retimed", heading);
}

const zones = /** @type {const} */ ([
  [zoneOf(byId("column-ready"), directionOf, writeDirection), staysHere],
  [zoneOf(byId("column-delivering"), ({ dataset }) => dataset.riderKey ?? "", writeRun), () => false],
]);
const follow = () => whenStill(() => { for (const [zone, isLast] of zones) arrange(zone, isLast); });

onCards((cards) => { takeIn(cards); follow(); });
for (const change of /** @type {const} */ (["filtered", "tap:queued", "tap:sent", "tap:undone", "tap:refused"])) on(change, follow);
whileQuiet(() => {
  for (const [zone] of zones) forgetPlaces(zone);
  follow();
});
