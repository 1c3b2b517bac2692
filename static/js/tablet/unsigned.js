// What nobody signed for is said for a while at its card, which is as it was before the tap.
import { make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";

const LASTS = 8000; // milliseconds

// A card of another page, or one that has moved on to another zone of a phone, says it when it is seen.
/** @param {HTMLElement} said */
const leave = (said) => setTimeout(() => { if (said.checkVisibility() || !said.isConnected) said.remove(); else leave(said); }, LASTS);

/** @param {string} id */
const saidAt = (id) => document.getElementById(id)?.querySelector(".not-signed");

on("tap:unsigned", ({ detail }) => {
  const card = document.getElementById(detail.card);
  if (!card || saidAt(detail.card)) return;
  const said = make("p", { className: "unsent not-signed", role: "alert", textContent: say("Not done: nobody entered a PIN") });
  said.dataset.kept = "";
  card.append(said);
  leave(said);
});
on("tap:queued", ({ detail }) => saidAt(detail.card)?.remove());
