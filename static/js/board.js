// What a board does beside showing cards: it counts them, and looks after the taps on them.
import "./versions.js";
import "./taps.js";

// The number of cards beside each column's title.
for (const counter of document.querySelectorAll("[data-count-of]")) {
  const column = document.getElementById(counter.dataset.countOf);
  new MutationObserver(() => { counter.textContent = column.children.length; }).observe(column, { childList: true });
}
