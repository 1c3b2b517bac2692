// What this device shows guests and whether it sounds: chosen in its panel or by the address, and kept on it.
import { onState, state, unlock } from "../alerts/tones.js";
import { say } from "../core/i18n.js";

const page = document.body;
const panel = document.getElementById("pickup-settings");
const opener = document.getElementById("pickup-open");
const form = panel.querySelector("form");
const key = `pickup:${page.dataset.restaurant}`;
const CHOICES = ["pickup", "dine_in", "also", "chime", "spoken", "volume"];

const kept = { pickup: true, dine_in: false, also: "", chime: false, spoken: false, volume: 70,
  ...JSON.parse(localStorage.getItem(key) ?? "{}") };
// `?show=pickup,dine_in` and `?also=ar` set a screen up that nobody can reach.
const asked = new URLSearchParams(location.search);
if (asked.has("show")) {
  for (const each of ["pickup", "dine_in"]) kept[each] = asked.get("show").split(",").includes(each);
}
if (asked.has("also")) kept.also = asked.get("also");

export const chosen = kept;
export const isShown = ({ dataset }) => kept[dataset.fulfilment] === true;

const isSounding = () => kept.chime || kept.spoken;

function said() {
  if (!isSounding()) return say("Sound is off");
  return state() === "running" ? say("Sound is on") : say("Tap here for sound");
}

function apply() {
  for (const each of CHOICES) {
    const field = form.elements[each];
    if (field.type === "checkbox") field.checked = kept[each];
    else field.value = kept[each];
  }
  page.dataset.shows = ["pickup", "dine_in"].filter((each) => kept[each]).join(" ");
  for (const title of document.querySelectorAll("[data-also]")) title.hidden = title.dataset.also !== kept.also;
  page.dataset.audio = state();
  opener.querySelector("span").textContent = said();
  document.dispatchEvent(new Event("pickup:chosen"));
}

function choose() {
  for (const each of CHOICES) {
    const field = form.elements[each];
    kept[each] = field.type === "checkbox" ? field.checked : each === "volume" ? Number(field.value) : field.value;
  }
  localStorage.setItem(key, JSON.stringify(kept));
  if (isSounding()) unlock();
  apply();
}

form.addEventListener("input", choose);
onState(apply);
form.querySelector("[name=spoken]").disabled = !("speechSynthesis" in window);
opener.addEventListener("click", () => panel.showModal());
// A screen that was given sound before asks for it again after a reload; the browser wants any tap first.
if (isSounding()) unlock();
document.addEventListener("pointerdown", () => { if (isSounding() && state() !== "running") unlock(); });
localStorage.setItem(key, JSON.stringify(kept));
apply();
