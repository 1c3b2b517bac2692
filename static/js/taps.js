// A tap means the card that it was made on, and one that did not arrive does not look like one that did.
import { doubt } from "./liveness.js";

// A second tap at the same spot means the card that was there, not the one that slid under the finger.
const SAME_TAP = { milliseconds: 700, pixels: 48 };
let last = null;

document.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card || !event.target.closest("button, summary, a")) return;
  const again = event.detail > 0 && last && last.card !== card.id && event.timeStamp - last.at < SAME_TAP.milliseconds
    && Math.hypot(event.clientX - last.x, event.clientY - last.y) < SAME_TAP.pixels;
  if (again) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = { card: card.id, at: event.timeStamp, x: event.clientX, y: event.clientY };
}, { capture: true });

function say(className, text) {
  const problem = document.createElement("p");
  problem.className = className;
  problem.textContent = text;
  return problem;
}

const notice = document.getElementById("notice");
let noticed = null;

// What was said of a card's tap is over once the card has moved on, or nobody may tap any more.
document.addEventListener("htmx:after:swap", () => {
  if (noticed && document.getElementById(noticed.card)?.dataset.version !== noticed.version) forget();
});
document.addEventListener("bye", forget);

function forget() {
  if (noticed) notice.replaceChildren();
  noticed = null;
}

document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  const card = ctx?.sourceElement.closest(".card");
  if (!card) return;
  const order = card.querySelector("h3").textContent.trim();
  noticed = { card: card.id, version: card.dataset.version };
  if (!card.isConnected) {
    notice.replaceChildren(say("problem", `${order} has moved, and your tap was not answered. Look at it before you tap again.`));
  } else if (error === "timeout") {
    notice.replaceChildren(say("problem", `${order}: no answer from the server yet. Tap again if it does not move.`));
    card.append(say("unsent", "No answer yet."));
  } else {
    notice.replaceChildren(say("problem", `${order} was not sent: no answer from the server. Tap again.`));
    card.append(say("unsent", "Not sent. Tap again."));
  }
  doubt();
});
document.addEventListener("htmx:before:request", ({ target }) => target.closest?.(".card")?.querySelector(".unsent")?.remove());
