// Where a tablet learns the keys of its bump bar: an act is chosen, then its key is pressed.
import { keep, learnt } from "./bump_bar.js";
import { make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { makePanel } from "../core/panel.js";

/** @typedef {import("./bump_bar.js").Act} Act */

/** @type {[Act, string][]} */
const ACTS = [["done", say("Done")], ["undo", say("Undo")], ["recall", say("Recall")], ["page", say("Next page")], ["first", say("First page")], ["rush", say("Rush")], ["allday", say("All day")]];
/** @type {Act | null} */
let asked = null;

const rows = make("dl", {});
const said = make("output", {});
const choice = make("label", { className: "choice" });
const isUsed = make("input", { type: "checkbox" });
choice.append(isUsed, ` ${say("This tablet has a bump bar")}`);
const { panel } = makePanel(
  "bump-panel", say("Bump bar"), choice,
  make("p", { className: "muted", textContent: say("Digits are the tickets' places on the page, 0 and a digit those from 10 on.") }),
  rows, said, make("button", { className: "primary", textContent: say("Done") }),
);

/** @param {[Act, string]} act */
function row([act, name]) {
  const key = learnt()?.[act];
  const term = make("dt", { textContent: name });
  const place = make("dd", {});
  const button = make("button", { type: "button", textContent: key ?? say("Learn…"), ariaLabel: say("Key for %(act)s: %(key)s", { act: name, key: key ?? "—" }) });
  button.addEventListener("click", () => {
    asked = act;
    said.textContent = say("Press the key for %(act)s", { act: name });
  });
  place.append(button);
  return [term, place];
}

function show() {
  isUsed.checked = learnt() !== null;
  rows.replaceChildren(...ACTS.flatMap(row));
}

// Before the dialog sees it: Enter and Escape may be keys of a bump bar too.
panel.addEventListener("keydown", (event) => {
  if (!asked) return;
  event.preventDefault();
  event.stopPropagation();
  if (/^(Digit|Numpad)\d$/.test(event.code)) {
    said.textContent = say("Digits are places already.");
    return;
  }
  const others = Object.entries(learnt() ?? {}).filter(([, key]) => key !== event.code);
  keep({ ...Object.fromEntries(others), [asked]: event.code });
  asked = null;
  said.textContent = "";
  show();
}, { capture: true });
isUsed.addEventListener("change", () => {
  keep(isUsed.checked ? {} : null);
  show();
});
on("bump:asked", () => {
  asked = null;
  said.textContent = "";
  show();
  panel.showModal();
});
