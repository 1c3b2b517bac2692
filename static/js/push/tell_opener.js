// What tells a guest while the page is closed is loaded by whoever wants that, or has wanted it on this device before.
import { make, one } from "../core/dom.js";

const place = document.getElementById("tell");
const own = /** @type {HTMLScriptElement} */ (document.currentScript).src;

const load = () => new Promise((onload, onerror) => {
  document.head.append(make("script", { src: new URL("tell.js", own).href, onload, onerror }));
});

/** @param {HTMLElement} button */
async function open(button) {
  try {
    await load();
    return true;
  } catch {
    button.addEventListener("click", () => press(button), { once: true });
    return false;
  }
}

/** @param {HTMLElement} button */
async function press(button) {
  if (await open(button)) button.click();
}

if (place) {
  const button = one(place, "button");
  place.hidden = false;
  if (localStorage.getItem(`told ${location.pathname}`) !== null) open(button);
  else button.addEventListener("click", () => press(button), { once: true });
}
