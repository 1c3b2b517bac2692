// A link, a secret or a key that is to be put in elsewhere: copied by the button beside it.
import { byId, one } from "../core/dom.js";

const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copies]"))];

/** @param {HTMLButtonElement} button */
const fieldOf = (button) => /** @type {HTMLInputElement} */ (byId(button.dataset.copies ?? ""));

// Without https a page has no clipboard, and only what is selected can be copied.
/** @param {HTMLInputElement} field */
async function copy(field) {
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
}

for (const button of buttons) {
  const said = one(/** @type {Element} */ (button.parentElement), "[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(fieldOf(button));
    said.textContent = said.dataset.said ?? "";
  });
}
if (buttons.length === 1) fieldOf(buttons[0]).select();
