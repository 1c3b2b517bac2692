// How this tablet shows the board, rail or columns, and how large: chosen in the menu, kept on the tablet. What it
// chose last is there before the first paint: see core/theme.js.
import { isRail } from "../core/cards.js";
import { emit } from "../core/dom.js";
import { late } from "../core/late.js";

const page = document.documentElement;
const buttons = [...document.querySelectorAll("[data-look]")];

export const density = () => page.dataset.density;

function mark() {
  if (!isRail()) late("columns").catch(() => {});
  for (const button of buttons) {
    const isChosen = page.dataset[/** @type {string} */ (button.dataset.look)] === button.getAttribute("value");
    button.setAttribute("aria-pressed", String(isChosen));
  }
}

for (const button of buttons) {
  const kind = /** @type {string} */ (button.dataset.look);
  button.addEventListener("click", () => {
    page.dataset[kind] = /** @type {string} */ (button.getAttribute("value"));
    localStorage.setItem(kind, /** @type {string} */ (page.dataset[kind]));
    mark();
    emit("look");
  });
}
mark();
