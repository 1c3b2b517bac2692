// What was refused is said at its order too, wherever that stands by now: the others have gone.
import { onCards } from "../core/cards.js";
import { make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { refused } from "../taps/outbox.js";
import { dismiss } from "../taps/queue.js";

/** @param {Tap[]} taps */
function sign(taps) {
  const part = make("p", { className: "not-done" });
  part.dataset.kept = "";
  const read = make("button", { type: "button", textContent: say("Dismiss") });
  read.addEventListener("click", () => dismiss(taps.map(({ id }) => id)));
  part.append(make("span", { textContent: say("Not done: %(why)s", { why: taps[0].why ?? "" }) }), read);
  return part;
}

function show() {
  const taps = Map.groupBy(refused(), ({ card }) => card);
  for (const part of document.querySelectorAll(".not-done")) {
    if (!taps.has(part.closest(".card")?.id ?? "")) part.remove();
  }
  for (const [id, entries] of taps) {
    const card = document.getElementById(id);
    if (card && !card.querySelector(".not-done")) card.append(sign(entries));
  }
}

on("taps", show);
onCards(show);
