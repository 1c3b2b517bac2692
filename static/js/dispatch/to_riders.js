// The bar with the riders stands after all rows: for the Tab key a way there follows the order that was chosen last.
import { byId, make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { lastChosen } from "./choice.js";

const way = make("button", { type: "button", className: "to-bar", textContent: say("To the riders") });
way.dataset.kept = "";
way.addEventListener("click", () => byId("hand").querySelector("[data-rider], input")?.focus());
on("chosen", () => {
  const pick = lastChosen()?.querySelector(".pick");
  if (!pick) way.remove();
  else if (pick.nextElementSibling !== way) pick.after(way);
});
