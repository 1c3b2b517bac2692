// The number of cards beside each column's title.
import { byId } from "../core/dom.js";
import { onCards } from "../core/cards.js";
import { number } from "../core/i18n.js";

const columns = [...document.querySelectorAll("[data-count-of]")]
  .map((counter) => ({ counter, count: -1, cards: byId(counter.dataset.countOf) }));
onCards(() => {
  for (const column of columns) {
    const { counter, cards: { children, parentElement } } = column;
    if (column.count === children.length) continue;
    column.count = children.length;
    counter.textContent = number(column.count);
    for (const part of [parentElement, counter.parentElement]) part?.toggleAttribute("data-empty", column.count === 0);
  }
});
