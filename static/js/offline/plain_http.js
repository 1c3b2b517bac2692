// Over plain http a browser gives a page neither the lock that keeps the screen awake nor the worker that opens it
// without a line: said in the menu, which shows that there is something to read until somebody has looked.
import { byId, make } from "../core/dom.js";
import { say } from "../core/i18n.js";

const READ = "plain-http-read";

/** @returns {HTMLElement} */
function sentence() {
  const part = make("p", { className: "problem plain-http", textContent: `${say("This device can neither stay awake nor open without a connection: the board is open over http.")} ` });
  part.append(make("span", { textContent: say("To mend it, have https put in front of the server (its README says how), and open the board by its https address.") }));
  return part;
}

/** @param {HTMLElement} menu */
function point(menu) {
  const opener = /** @type {HTMLElement} */ (document.querySelector('[popovertarget="menu"]'));
  const { ariaLabel } = opener;
  opener.dataset.hint = "";
  opener.ariaLabel = say("Menu, with something to read about this device");
  menu.addEventListener("toggle", () => {
    localStorage.setItem(READ, "1");
    delete opener.dataset.hint;
    opener.ariaLabel = ariaLabel;
  }, { once: true });
}

if (!isSecureContext) {
  const menu = document.getElementById("menu");
  (menu ?? byId("pickup-settings")).prepend(sentence());
  if (menu && localStorage.getItem(READ) === null) point(menu);
}
