// The guest by the telephone number: looked up while it is typed, and an earlier order once more.
import { byId, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { ask, field, form, tell, typed } from "./asking.js";
import { read } from "./lines.js";

/** @typedef {{ part: DocumentFragment, asked: URLSearchParams }} Found */

const PAUSE = 350; // milliseconds
const FEWEST = 6; // digits
const PARTS = ["guest", "addresses"];
let later = 0;
let turn = 0;
let soughtFor = field("phone").value;

const digits = () => field("phone").value.replace(/[^0-9٠-٩]/g, "");

// What was typed or chosen since it was asked stays as it is.
/** @param {Element} fresh @param {URLSearchParams} asked */
function keepChanges(fresh, asked) {
  const now = typed();
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (fresh.querySelectorAll("[name]:not([type=hidden], button)"))) {
    const mine = now.getAll(input.name);
    if (`${mine}` === `${asked.getAll(input.name)}`) continue;
    if (["radio", "checkbox"].includes(input.type)) input.checked = mine.includes(input.value);
    else input.value = mine[0] ?? "";
  }
}

// What has the focus keeps it.
/** @param {Found} found @param {string[]} ids */
function swap({ part, asked }, ids) {
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), part.getElementById(id)];
    if (!fresh) {
      old?.remove();
      continue;
    }
    const at = /** @type {HTMLInputElement | null} */ (document.activeElement);
    const focused = old?.contains(at) ? at?.name : "";
    keepChanges(fresh, asked);
    if (old) old.replaceWith(fresh);
    else byId("lines").before(fresh);
    if (focused) fresh.querySelector(`[name="${focused}"]`)?.focus();
  }
}

/** @param {Record<string, string>} wanted @returns {Promise<Found | null>} */
async function look(wanted) {
  turn += 1;
  const mine = turn;
  const asked = typed();
  for (const [name, value] of Object.entries({ do: "find", ...wanted })) asked.set(name, value);
  const got = await ask(form().action, asked);
  if (mine !== turn || !document.getElementById("entry")) return null; // another number was typed, or all of it sent
  tell(got ? "" : say("No answer from the server. Try again once you are online."), !got);
  return got?.answer.ok ? { part: got.part, asked } : null;
}

/** @param {Record<string, string>} [wanted] */
async function find(wanted = {}) {
  soughtFor = field("phone").value;
  const found = await look(wanted);
  if (found) swap(found, PARTS);
}

// Of an earlier order the lines come, and what had to be left out is said.
/** @param {string} order */
async function again(order) {
  const found = await look({ again_of: order });
  if (!found) return;
  swap(found, ["left-out"]);
  byId("lines").replaceWith(/** @type {HTMLElement} */ (found.part.getElementById("lines")));
  read();
  byId("left-out").scrollIntoView({ block: "nearest" });
}

document.addEventListener("input", ({ target }) => {
  if (/** @type {HTMLInputElement} */ (target).name !== "phone") return;
  clearTimeout(later);
  if (digits().length >= FEWEST) later = setTimeout(() => find(), PAUSE);
});
on("change", ({ target }) => { if (target.name === "phone" && target.value !== soughtFor) find(); });
on("submit", (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (event.target !== form() || button?.value === "send") return;
  event.preventDefault();
  if (button?.name === "again_of") again(button.value);
  else find(button?.name === "older" ? { older: button.value } : {});
});
