// Which tones this tablet makes and how loud: chosen in a panel, kept on the tablet.
import { play, unlock } from "./tones.js";

export const KINDS = ["new", "changed", "cancelled", "late"];
const panel = document.getElementById("sound-panel");
const form = panel.querySelector("form");
const kept = { again: 10, ...JSON.parse(localStorage.getItem("sound") ?? "{}") };
for (const kind of KINDS) kept[kind] ??= { on: true, volume: 70 };

// 0 where the tone is switched off, else 5 to 100.
export const volumeOf = (kind) => (kept[kind].on ? kept[kind].volume : 0);

// How often what is not taken notice of is said again, in milliseconds.
export const again = () => kept.again * 1000;

function show() {
  for (const kind of KINDS) {
    form.elements[kind].checked = kept[kind].on;
    form.elements[`${kind}-volume`].value = kept[kind].volume;
  }
  form.elements.again.value = kept.again;
}

form.addEventListener("input", () => {
  for (const kind of KINDS) {
    kept[kind] = { on: form.elements[kind].checked, volume: Number(form.elements[`${kind}-volume`].value) };
  }
  kept.again = Number(form.elements.again.value);
  localStorage.setItem("sound", JSON.stringify(kept));
});
form.addEventListener("click", ({ target }) => {
  const kind = target.closest("[data-kind]")?.dataset.kind;
  if (kind && target.matches("button")) unlock().then(() => play(kind, kept[kind].volume));
});
document.getElementById("sound-open").addEventListener("click", () => { show(); panel.showModal(); });
