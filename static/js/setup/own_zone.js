// A time zone that nobody has typed yet is the one of this device.
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-own-zone]"));

if (field && !field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
