// What this device shows guests and whether it sounds: chosen in its panel or by the address, and kept on it.
import { byId, emit, on, one } from "../core/dom.js";
import { onState, state, unlock } from "../alerts/tones.js";
import { say } from "../core/i18n.js";

const page = document.body;
const panel = /** @type {HTMLDialogElement} */ (byId("pickup-settings"));
const opener = byId("pickup-open");
const form = one(panel, "form");
const key = `pickup:${page.dataset.restaurant}`;
const CHOICES = ["pickup", "dine_in", "also", "chime", "spoken", "volume"];

/**
 * @typedef {{ pickup: boolean, dine_in: boolean, also: string, chime: boolean, spoken: boolean, volume: number }} Settings
 * @type {Settings & Record<string, string | boolean | number>}
 */
const kept = { pickup: true, dine_in: false, also: "", chime: false, spoken: false, volume: 70,
  ...JSON.parse(localStorage.getItem(key) ?? "{}") };
// `?show=pickup,dine_in` and `?also=ar` set a screen up that nobody can reach.
const asked = new URLSearchParams(location.search);
if (asked.has("show")) {
  for (const each of ["pickup", "dine_in"]) kept[each] = (asked.get("show") ?? "").split(",").includes(each);
}
kept.also = asked.get("also") ?? kept.also;

export const chosen = kept;
/** @param {HTMLElement} number */
export const isShown = ({ dataset }) => kept[dataset.fulfilment] === true;

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

const isSounding = () => kept.chime || kept.spoken;

function said() {
  if (!isSounding()) return say("Sound is off");
  return state() === "running" ? say("Sound is on") : say("Tap here for sound");
}

function apply() {
  for (const each of CHOICES) {
    const input = field(each);
    if (input.type === "checkbox") input.checked = kept[each] === true;
    else input.value = `${kept[each]}`;
  }
  page.dataset.shows = ["pickup", "dine_in"].filter((each) => kept[each]).join(" ");
  for (const title of document.querySelectorAll("[data-also]")) title.hidden = title.dataset.also !== kept.also;
  page.dataset.audio = state();
  one(opener, "span").textContent = said();
  emit("pickup:chosen");
}

function choose() {
  for (const each of CHOICES) {
    const input = field(each);
    kept[each] = input.type === "checkbox" ? input.checked : each === "volume" ? Number(input.value) : input.value;
  }
  localStorage.setItem(key, JSON.stringify(kept));
  if (isSounding()) unlock();
  apply();
}

form.addEventListener("input", choose);
onState(apply);
field("spoken").disabled = !("speechSynthesis" in window);
opener.addEventListener("click", () => panel.showModal());
// A screen that was given sound before asks for it again after a reload; the browser wants any tap first.
if (isSounding()) unlock();
on("pointerdown", () => { if (isSounding() && state() !== "running") unlock(); });
localStorage.setItem(key, JSON.stringify(kept));
apply();
