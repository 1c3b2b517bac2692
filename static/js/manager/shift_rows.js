// Shifts come and go by a button; without it, blank rows are filled in and full ones emptied.
const rows = document.querySelector("[data-shifts]");
const add = document.querySelector("[data-add]");
const MOST = 20;

const shown = () => [...rows.children].filter((row) => !row.hidden);

function show(row, isShown) {
  row.hidden = !isShown;
  row.disabled = !isShown; // what is not shown is not sent
}

function clear(row) {
  for (const field of row.querySelectorAll("input")) {
    if (field.type === "checkbox") field.checked = true;
    else field.value = "";
    field.removeAttribute("aria-invalid");
  }
  row.querySelector(".problem")?.remove();
}

function oneMore() {
  const free = [...rows.children].find((row) => row.hidden);
  if (free) return free;
  const fresh = rows.lastElementChild.cloneNode(true);
  const numbers = [...rows.querySelectorAll("[name]")].map((field) => Number(field.name.split("-")[1]));
  const number = Math.max(...numbers) + 1;
  for (const field of fresh.querySelectorAll("[name]")) {
    field.name = field.name.replace(/^shift-\d+/, `shift-${number}`);
    field.removeAttribute("aria-describedby");
  }
  clear(fresh);
  rows.append(fresh);
  return fresh;
}

function update() {
  for (const button of rows.querySelectorAll("[data-remove]")) button.hidden = false;
  add.hidden = shown().length >= MOST;
}

for (const row of rows.querySelectorAll("[data-blank]")) show(row, false);
update();

add.addEventListener("click", () => {
  const row = oneMore();
  show(row, true);
  rows.append(row);
  update();
  row.querySelector("input").focus();
});

rows.addEventListener("click", (event) => {
  const row = event.target.closest("[data-remove]")?.closest("fieldset");
  if (!row) return;
  clear(row);
  show(row, false);
  update();
  add.focus();
});
