// A tap means the card that it was made on. Every tap goes through the queue.
import { addressOf } from "./cards.js";
import { enqueue, takeBack } from "./queue.js";
import { say } from "./words.js";

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

// What somebody moved there with a finger is meant.
for (const scroll of ["touchmove", "wheel"]) addEventListener(scroll, () => { last = null; }, { passive: true });

// A key that is held down is pressed once.
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.target.closest?.("form.tap button")) event.preventDefault();
});

function labelOf(form, button, { to, act }) {
  const { dish } = form.closest("[data-line]")?.dataset ?? {};
  if (act === "strike") return say("Strike off %(dish)s", { dish });
  if (act === "unstrike") return say("Put back %(dish)s", { dish });
  return to === "cancelled" ? say("Cancel") : button.textContent.trim();
}

export function tapOf(form, button) {
  const card = form.closest(".card");
  const fields = Object.fromEntries(new FormData(form, button));
  const undo = Number(button.dataset.undo ?? form.dataset.undo ?? 0);
  const label = labelOf(form, button, fields);
  return { url: addressOf(form), fields, card: card.id, number: card.dataset.number, label, undo };
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.tap")) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button[name]");
  if (button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.undoing) takeBack(button.dataset.undoing);
  else enqueue(tapOf(form, button));
});
