// A tap below a ticket's head opens it over the rail: every line, large enough to strike off, and what is rare.
import { on } from "../core/dom.js";
import { isRail } from "../core/cards.js";
import { openCard } from "../board/opened_card.js";

const CONTROLS = "button:not(.fold), a, summary, input, label, details";

/** @param {HTMLElement} card */
function openTicket(card) {
  if (isRail()) openCard(card);
}

on("ticket:asked", ({ detail }) => openTicket(detail));
on("click", ({ target }) => {
  const card = target.closest(".columns .column:not([data-passing]) .card");
  if (card && !target.closest(CONTROLS)) openTicket(card);
});
