// A link, a secret or a key that is to be put in elsewhere: copied by the button beside it.
import { byId, one } from "../core/dom.js";

const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copies]"))];

/** @param {HTMLButtonElement} button */
const fieldOf = (button) => /** @type {HTMLInputElement} */ (byId(button.dataset.copies ?? ""));

// Without https a page has no clipboard, and elsewhere it may be refused: what is selected can be copied all the same.
/** @param {HTMLInputElement} field */
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

for (const button of buttons) {
  const said = one(/** @type {Element} */ (button.parentElement), "[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (await copy(fieldOf(button))) said.textContent = said.dataset.said ?? "";
  });
}
if (buttons.length === 1) fieldOf(buttons[0]).select();
