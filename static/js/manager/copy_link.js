// A link, or a key, that is shown once: copied by a button, where the browser lets a page do that.
import { byId } from "../core/dom.js";

const button = byId("copy-link");
const field = /** @type {HTMLInputElement} */ (byId(button.dataset.copies ?? "password-link"));
const said = byId("link-copied");

field.select();
button.hidden = !navigator.clipboard;
button.addEventListener("click", async () => {
  field.select();
  await navigator.clipboard.writeText(field.value);
  said.textContent = said.dataset.said ?? "";
});
