// A row of the dispatch board shows what a rider needs; all of the order opens over the board.
import { on } from "../core/dom.js";
import { openCard } from "../board/opened_card.js";

on("ticket:asked", ({ detail }) => openCard(detail));
// What a row asks opens below it, where its zone may have no room left.
document.addEventListener("toggle", ({ target, newState }) => {
  const details = /** @type {HTMLElement} */ (target);
  if (newState === "open" && details.matches(".columns .card:not(:popover-open) details")) details.scrollIntoView({ block: "nearest" });
}, { capture: true });
on("click", ({ target }) => {
  const card = target.closest("[data-more]") && target.closest(".card");
  if (card) openCard(/** @type {HTMLElement} */ (card));
});
