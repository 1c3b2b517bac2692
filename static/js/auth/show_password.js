// A button beside a password shows what was typed: it names what it does next.
import { byId, one } from "../core/dom.js";

const field = /** @type {HTMLInputElement} */ (byId("password"));
const button = byId("show-password");

button.addEventListener("click", () => {
  const isShown = field.type === "password";
  field.type = isShown ? "text" : "password";
  one(button, "[data-show]").hidden = isShown;
  one(button, "[data-hide]").hidden = !isShown;
});
