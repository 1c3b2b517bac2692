// Which tones this tablet makes and how loud: chosen in a panel, kept on the tablet.
import { byId, one } from "../core/dom.js";
import { play, unlock } from "./tones.js";

const KINDS = /** @type {const} */ (["new", "changed", "cancelled", "late"]);
const panel = /** @type {HTMLDialogElement} */ (byId("sound-panel"));
const form = one(panel, "form");
/**
 * @typedef {(typeof KINDS)[number]} Kind
 * @type {{ again: number } & Record<Kind, { on: boolean, volume: number }>}
 */
const kept = { again: 10, ...JSON.parse(localStorage.getItem("sound") ?? "{}") };
for (const kind of KINDS) kept[kind] ??= { on: true, volume: 70 };

// 0 where the tone is switched off, else 5 to 100.
/** @param {string} kind */
export const volumeOf = (kind) => {
  const { on, volume } = kept[/** @type {Kind} */ (kind)];
  return on ? volume : 0;
};

// How often what is not taken notice of is said again, in milliseconds.
export const again = () => kept.again * 1000;

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

function show() {
  for (const kind of KINDS) {
    field(kind).checked = kept[kind].on;
    field(`${kind}-volume`).value = `${kept[kind].volume}`;
  }
  field("again").value = `${kept.again}`;
}

form.addEventListener("input", () => {
  for (const kind of KINDS) {
    kept[kind] = { on: field(kind).checked, volume: Number(field(`${kind}-volume`).value) };
  }
  kept.again = Number(field("again").value);
  localStorage.setItem("sound", JSON.stringify(kept));
});
form.addEventListener("click", ({ target }) => {
  const kind = target.closest("[data-kind]")?.dataset.kind;
  if (kind && target.matches("button")) unlock().then(() => play(kind, kept[/** @type {Kind} */ (kind)].volume));
});
byId("sound-open").addEventListener("click", () => { show(); panel.showModal(); });
