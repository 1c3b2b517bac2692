// A number is a button that opens its order's story: it says so to whoever hears the page.
import { onCards } from "../core/cards.js";
import { say } from "../core/i18n.js";

onCards((cards) => {
  for (const card of cards) {
    const button = card.querySelector("[data-story]");
    if (button) button.ariaLabel = say("Order %(number)s", { number: button.textContent });
  }
});
