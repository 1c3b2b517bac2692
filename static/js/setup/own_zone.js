// A time zone that nobody has typed yet is the one of this device, by the name that the field offers for it.
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-own-zone]"));

if (field && !field.value) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offered = [...(field.list?.options ?? [])].find((option) => option.dataset.zone === zone);
  field.value = offered?.value ?? zone;
}
