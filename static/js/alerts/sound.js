// The board can be heard: a tap starts the shift, each kind of news has its tone, and what matters is said again
// until somebody takes notice. Everything that sounds is seen as well.
import { byId, emit, on, one } from "../core/dom.js";
import { onAlert, unheard } from "./alerts.js";
import { again, volumeOf } from "./tone_settings.js";
import { late } from "../core/late.js";
import { onState, play, state, unlock } from "./tones.js";
import { say } from "../core/i18n.js";

const SPACING = 1.2; // seconds between two tones
const LIT_FOR = 900; // milliseconds
const STARTED = "shift";
const bar = byId("alert-bar");
const start = byId("start-sound");
/** @type {number | null} */
let repeating = null;
let darkening = 0;

const hasStarted = () => sessionStorage.getItem(STARTED) !== null;

function said() {
  if (!hasStarted()) return ["off", say("Sound is off: turn it on")];
  if (state() === "running") return ["on", say("Sound is on")];
  return ["blocked", say("Sound is held back: tap here")];
}

function show() {
  const [sound, words] = said();
  if (bar.dataset.sound !== sound) bar.dataset.sound = sound;
  bar.dataset.audio = state();
  if (start.textContent !== words) one(start, "*").textContent = words;
}

function begin() {
  sessionStorage.setItem(STARTED, "1");
  unlock();
  show();
}

// For those who cannot hear it: the screen's frame lights up with every tone, also where the tone itself is off.
/** @param {string} kind */
function light(kind) {
  document.body.dataset.lit = kind;
  clearTimeout(darkening);
  darkening = setTimeout(() => { delete document.body.dataset.lit; }, LIT_FOR);
}

// An order that no screen shows sounds like a new one, which it is to whoever should make it.
/** @param {string} kind */
const toneOf = (kind) => (kind === "unshown" ? "new" : kind);

/** @param {string[]} kinds */
function sound(kinds) {
  if (kinds.length === 0) return;
  light(kinds[0]);
  let after = 0;
  for (const tone of new Set(kinds.map(toneOf))) if (play(tone, volumeOf(tone), after)) after += SPACING;
  repeating ??= setTimeout(repeat, again());
}

function repeat() {
  repeating = null;
  if (unheard().length > 0) sound(unheard());
}

// Not in the click handler: sound may start, and hide the button, while the finger is still down. No click follows.
onState(() => {
  show();
  if (state() !== "running") return;
  clearTimeout(repeating ?? undefined);
  repeat();
});
onAlert(sound);
start.addEventListener("click", begin);
byId("sound-open").addEventListener("click", () => { late("tones", "panels").then(() => emit("tones:asked"), () => {}); });
on("tone:tried", ({ detail: { kind, volume } }) => { unlock().then(() => play(kind, volume)); });
// Browsers give sound on any tap, and may take it away again.
for (const touch of /** @type {const} */ (["pointerdown", "keydown"])) {
  on(touch, () => { if (hasStarted() && state() !== "running") unlock(); });
}
if (hasStarted()) begin();
show();
