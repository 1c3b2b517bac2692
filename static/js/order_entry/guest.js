// The guest by the telephone number: looked up while it is typed, and an earlier order once more.
import { byId, on } from "../core/dom.js";
import { ask, field, form, typed } from "./asking.js";
import { read } from "./lines.js";

const PAUSE = 350; // milliseconds
const FEWEST = 6; // digits
const PARTS = ["guest", "addresses"];
let later = 0;
let turn = 0;
let soughtFor = field("phone").value;

const digits = () => field("phone").value.replace(/[^0-9٠-٩]/g, "");

// What has the focus, and what was typed into it since, stays.
/** @param {DocumentFragment} part @param {string[]} ids */
function swap(part, ids) {
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), part.getElementById(id)];
    if (!fresh) {
      old?.remove();
      continue;
    }
    const at = /** @type {HTMLInputElement | null} */ (document.activeElement);
    const mine = old?.contains(at) && at?.name ? at : null;
    if (old) old.replaceWith(fresh);
    else byId("lines").before(fresh);
    if (!mine) continue;
    const same = /** @type {HTMLInputElement | null} */ (fresh.querySelector(`[name="${mine.name}"]`));
    if (same && mine.type !== "radio" && mine.type !== "checkbox") same.value = mine.value;
    same?.focus();
  }
}

/** @param {Record<string, string>} asked */
async function look(asked) {
  turn += 1;
  const mine = turn;
  const body = typed();
  for (const [name, value] of Object.entries({ do: "find", ...asked })) body.set(name, value);
  const got = await ask(form().action, body);
  if (mine !== turn || !document.getElementById("entry")) return null; // another number was typed, or all of it sent
  return got?.answer.ok ? got.part : null;
}

/** @param {Record<string, string>} [asked] */
async function find(asked = {}) {
  soughtFor = field("phone").value;
  const part = await look(asked);
  if (part) swap(part, PARTS);
}

// Of an earlier order the lines come, and what had to be left out is said.
/** @param {string} order */
async function again(order) {
  const part = await look({ again_of: order });
  if (!part) return;
  swap(part, ["left-out"]);
  byId("lines").replaceWith(/** @type {HTMLElement} */ (part.getElementById("lines")));
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
