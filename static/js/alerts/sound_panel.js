// The panel in which the tones of a tablet are chosen, and tried.
import { emit, make, on } from "../core/dom.js";
import { say, sayMany } from "../core/i18n.js";
import { makePanel } from "../core/panel.js";
import { tones } from "./tone_settings.js";

/** @typedef {import("./tone_settings.js").Kind} Kind */

/** @type {[Kind, string][]} */
const KINDS = [["new", say("New order")], ["changed", say("Order changed")], ["cancelled", say("Order cancelled")], ["late", say("Order late")]];
const AGAIN = [5, 10, 20, 30]; // seconds

/** @param {string} className @param {string} textContent */
const words = (className, textContent) => make("span", { className, textContent });

/** @param {[Kind, string]} kind */
function row([kind, name]) {
  const part = make("fieldset", {});
  part.dataset.kind = kind;
  const [choice, loud] = ["choice", "loud"].map((className) => make("label", { className }));
  choice.append(make("input", { type: "checkbox", name: kind }), ` ${name}`);
  const range = make("input", { type: "range", name: `${kind}-volume`, min: "5", max: "100", step: "5" });
  loud.append(words("visually-hidden", say("Volume: %(tone)s", { tone: name })), range);
  const tryIt = make("button", { type: "button", value: kind, textContent: say("Try"), ariaLabel: say("Try: %(tone)s", { tone: name }) });
  const legend = make("legend", { className: "visually-hidden", textContent: name });
  part.append(legend, choice, loud, tryIt);
  return part;
}

function again() {
  const label = make("label", { textContent: `${say("Repeat until somebody reacts, every")} ` });
  const select = make("select", { name: "again" });
  for (const seconds of AGAIN) {
    select.append(make("option", { value: `${seconds}`, textContent: sayMany("%(num)s second", "%(num)s seconds", seconds) }));
  }
  label.append(select);
  return label;
}

const keys = make("button", { type: "button", className: "quiet", textContent: say("Keys") });
keys.dataset.keysOpen = "";
const { panel, form } = makePanel(
  "sound-panel", say("Tones of this tablet"), ...KINDS.map(row), again(),
  make("p", { className: "muted", textContent: say("What is new, cancelled or late shows on the screen as well, with or without a tone.") }),
  keys, make("button", { className: "primary", textContent: say("Done") }),
);

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

function show() {
  const kept = tones();
  for (const [kind] of KINDS) {
    field(kind).checked = kept[kind].on;
    field(`${kind}-volume`).value = `${kept[kind].volume}`;
  }
  field("again").value = `${kept.again}`;
  panel.showModal();
}

form.addEventListener("input", () => {
  const chosen = KINDS.map(([kind]) => [kind, { on: field(kind).checked, volume: Number(field(`${kind}-volume`).value) }]);
  localStorage.setItem("sound", JSON.stringify({ again: Number(field("again").value), ...Object.fromEntries(chosen) }));
});
form.addEventListener("click", ({ target }) => {
  const kind = /** @type {Kind | undefined} */ (target.closest("[data-kind]")?.dataset.kind);
  if (kind && target.matches("button")) emit("tone:tried", { kind, volume: tones()[kind].volume });
});
on("tones:asked", show);
