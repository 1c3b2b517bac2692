// What was found and ticked stays when something else is looked for.
document.getElementById("found")?.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.checked) {
    document.getElementById("chosen")?.append(/** @type {HTMLElement} */ (target.closest("label")));
    target.focus();
  }
});

// Keeps the address short: the range as long as its days are unchanged, else the days; no empty fields.
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.choice"));
form?.addEventListener("submit", ({ submitter }) => {
  const days = ["from", "to"].map((name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)));
  const range = form.querySelector("[name=range][aria-pressed]")?.getAttribute("value");
  const isUntouched = range && days.every((field) => field.value === field.defaultValue);
  const chosen = submitter?.getAttribute("value") || (isUntouched ? range : "");
  form.addEventListener("formdata", ({ formData }) => {
    if (chosen) for (const name of ["from", "to"]) formData.delete(name);
    if (chosen) formData.set("range", chosen);
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  }, { once: true });
});
