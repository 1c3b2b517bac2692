// The customer's page: its steps never go back, and what is new is said aloud once.
import "./live.js";
import "../live/versions.js";
import { byId, emit, one } from "../core/dom.js";
import { REMEMBER, RESTORE, TELL, afterSwap, beforeSwap } from "../live/swap_pipeline.js";

const NEWS = [".headline", ".delay:not([data-over-at]) b"];
const progress = byId("progress");
const told = () => NEWS.map((selector) => progress.querySelector(selector)?.textContent ?? "");
let said = told();
let focused = "";

// The restaurant's colours may have changed, and whoever stood on a link still stands there.
function wear() {
  document.documentElement.style.cssText = one(progress, ".hero").dataset.colours ?? "";
}

beforeSwap(REMEMBER, () => { focused = document.activeElement?.id ?? ""; });
afterSwap(RESTORE, () => { if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true }); });

// What is on its way is swapped whole, with its times.
afterSwap(TELL, () => {
  wear();
  emit("retimed", progress);
  const fresh = told();
  const news = fresh.filter((text, place) => text && text !== said[place]);
  if (news.length) byId("news").textContent = news.join(" ");
  said = fresh;
});
