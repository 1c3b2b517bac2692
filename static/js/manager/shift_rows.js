// Rows of a form, as shifts, come and go by a button; without it, blank rows are filled in and full ones emptied.
import { one } from "../core/dom.js";

const MOST = 20;

/** @param {HTMLElement} rows has the fieldsets, and last the button for one more */
function several(rows) {
  const add = one(rows, "[data-add]");
  const fieldsets = () => [...rows.querySelectorAll("fieldset")];
  const shown = () => fieldsets().filter((row) => !row.hidden);

  /** @param {HTMLFieldSetElement} row @param {boolean} isShown */
  function show(row, isShown) {
    row.hidden = !isShown;
    row.disabled = !isShown; // what is not shown is not sent
  }

  /** @param {HTMLFieldSetElement} row */
  function clear(row) {
    for (const field of row.querySelectorAll("input")) {
      if (field.type === "checkbox") field.checked = true;
      else field.value = "";
      field.removeAttribute("aria-invalid");
    }
    row.querySelector(".problem")?.remove();
  }

  function oneMore() {
    const free = fieldsets().find((row) => row.hidden);
    if (free) return free;
    const last = fieldsets().at(-1);
    const fresh = /** @type {HTMLFieldSetElement} */ (last?.cloneNode(true));
    const numbers = [...rows.querySelectorAll("input")].map((field) => Number(field.name.split("-")[1]));
    const number = Math.max(...numbers) + 1;
    for (const field of fresh.querySelectorAll("input")) {
      field.name = field.name.replace(/-\d+/, `-${number}`);
      field.removeAttribute("aria-describedby");
    }
    clear(fresh);
    return fresh;
  }

  function update() {
    for (const button of rows.querySelectorAll("[data-remove]")) button.hidden = false;
    add.hidden = shown().length >= MOST;
  }

  for (const row of fieldsets()) if ("blank" in row.dataset) show(row, false);
  update();

  add.addEventListener("click", () => {
    const row = oneMore();
    show(row, true);
    add.closest("p")?.before(row);
    update();
    one(row, "input").focus();
  });

  rows.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-remove]")?.closest("fieldset");
    if (!row) return;
    clear(row);
    show(row, false);
    update();
    add.focus();
  });
}

for (const rows of document.querySelectorAll("[data-rows]")) several(/** @type {HTMLElement} */ (rows));
