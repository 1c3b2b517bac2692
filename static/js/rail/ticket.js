// A tap below a ticket's head opens it over the rail: every line, large enough to strike off, and what is rare.
import { on } from "../core/dom.js";
import { isRail } from "../core/cards.js";
import { openCard } from "../board/opened_card.js";
import { late } from "../core/late.js";

const CONTROLS = "button:not(.fold), a, summary, input, label, details";

on("ticket:asked", ({ detail }) => openCard(detail));
on("click", ({ target }) => {
  const card = target.closest(".columns .column:not([data-passing]) .card");
  if (card && isRail() && !target.closest(CONTROLS)) openCard(card);
});
// Whoever touches may press long: see press.js.
on("pointerdown", () => { if (document.body.dataset.live === "live") late("press", "press").catch(() => {}); });
