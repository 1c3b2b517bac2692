// What a board does beside showing cards: it counts them, and opens what is asked for twice.
import "./versions.js";
import "./taps.js";
import "./standing.js";
import "./asking.js";
import { onCards } from "./cards.js";
import { number } from "./words.js";

// The number of cards beside each column's title.
const columns = [...document.querySelectorAll("[data-count-of]")].map((counter) => ({ counter, cards: document.getElementById(counter.dataset.countOf) }));
onCards(() => {
  for (const column of columns) {
    const { counter, cards: { children, parentElement } } = column;
    if (column.count === children.length) continue;
    column.count = children.length;
    counter.textContent = number(column.count);
    parentElement.toggleAttribute("data-empty", column.count === 0);
  }
});

// What needs a second tap opens below the first, so that a double tap is not both.
function open(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  button.nextElementSibling.hidden = isOpen;
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-opens]");
  if (opener) open(opener);
});
