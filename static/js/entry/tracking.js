// The customer's page: its steps never go back, and what is new is said aloud once.
import "./live.js";
import "../live/versions.js";
import "../push/tell_opener.js";
import { byId, emit, one } from "../core/dom.js";
import { sawIt } from "../tracking/seen.js";
import { REMEMBER, RESTORE, TELL, afterSwap, beforeSwap } from "../live/swap_pipeline.js";

const NEWS = [".headline", ".delay:not([data-over-at]) b"];
const progress = byId("progress");
const told = () => NEWS.map((selector) => progress.querySelector(selector)?.textContent ?? "");
let said = told();
let focused = "";

// The restaurant may have changed its face; that of the window goes with it.
function wear() {
  const { style } = document.documentElement;
  style.cssText = one(progress, ".hero").dataset.colours ?? "";
  document.title = [".number", ".face bdi"].map((part) => one(progress, part).textContent).join(" · ");
  for (const meta of /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("[name=theme-color]"))) {
    meta.content = style.getPropertyValue(`--${meta.media.includes("dark") ? "night" : "day"}-brand`);
  }
}

// Whoever stood on a link still stands there.
beforeSwap(REMEMBER, () => { focused = document.activeElement?.id ?? ""; });
afterSwap(RESTORE, () => { if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true }); });

// What is on its way is swapped whole, with its times.
afterSwap(TELL, () => {
  wear();
  emit("retimed", progress);
  sawIt();
  const fresh = told();
  const news = fresh.filter((text, place) => text && text !== said[place]);
  if (news.length) byId("news").textContent = news.join(" ");
  said = fresh;
});
