// A row of the dispatch board shows what a rider needs; all of the order opens over the board.
import { on } from "../core/dom.js";
import { openCard } from "../board/opened_card.js";

on("ticket:asked", ({ detail }) => openCard(detail));
on("click", ({ target }) => {
  const card = target.closest("[data-more]") && target.closest(".card");
  if (card) openCard(/** @type {HTMLElement} */ (card));
});
