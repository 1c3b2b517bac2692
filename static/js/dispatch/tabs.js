// On a narrow screen one zone of the board is shown at a time: the one that is chosen, or that has the order somebody seeks.
import { on, one } from "../core/dom.js";

const zones = one(document, "main.columns");
const tabs = [...document.querySelectorAll("[data-part]")];

/** @param {string} zone */
function show(zone) {
  zones.dataset.shows = zone;
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.part === zone));
}

for (const tab of tabs) tab.addEventListener("click", () => show(/** @type {string} */ (tab.dataset.part)));
on("card:sought", ({ detail: card }) => {
  const drawer = /** @type {HTMLElement | null} */ (card.closest(".drawer"));
  if (drawer) drawer.showPopover();
  else show(/** @type {string} */ (card.closest("[data-column]")?.dataset.column));
});
show(/** @type {string} */ (tabs[0].dataset.part));
