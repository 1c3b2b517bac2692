// Tones out of oscillators, with no files to fetch: each kind has a tune that is told from the others in the noise.
/** @type {Note[]} */
const RISING = [[784, 0, 0.14], [1175, 0.16, 0.3]];
/** @type {Note[]} */
const TWICE = [[988, 0, 0.08], [988, 0.14, 0.08]];
/** @type {Note[]} */
const FALLING = [[740, 0, 0.2], [554, 0.22, 0.2], [415, 0.44, 0.45]];
/** @type {Note[]} */
const THRICE = [[1480, 0, 0.1], [1480, 0.2, 0.1], [1480, 0.4, 0.22]];
/** @type {Note[]} */
const CHIME = [[1047, 0, 0.5], [784, 0.35, 0.7]];
/**
 * A note is its pitch, after how many seconds it begins, and how many it lasts.
 * @typedef {[pitch: number, after: number, lasting: number]} Note
 * @typedef {{ shape: OscillatorType, notes: Note[] }} Tune
 */
/** @type {Record<string, Tune>} */
const TUNES = {
  new: { shape: "triangle", notes: RISING },
  changed: { shape: "sine", notes: TWICE },
  cancelled: { shape: "sawtooth", notes: FALLING },
  late: { shape: "square", notes: THRICE },
  ready: { shape: "sine", notes: CHIME },
};
const SWELL = 0.015; // seconds: what begins or ends at once clicks
/** @type {AudioContext | null} */
let context = null;
/** @type {(() => void)[]} */
const listeners = [];
let sounds = 0;

// What browsers call it: `running`, `suspended`, `interrupted`, `closed`; `none` before anybody asked for sound.
export const state = () => context?.state ?? "none";

// `listener` is called whenever the browser gives or takes it.
/** @param {() => void} listener */
export const onState = (listener) => listeners.push(listener);

// Ask the browser for sound, from within a tap: resolves when it has given it, which may be never.
export async function unlock() {
  if (context === null) {
    context = new AudioContext();
    context.addEventListener("statechange", () => listeners.forEach((listener) => listener()));
  }
  await context.resume();
}

/** @param {AudioContext} context @param {Note} note @param {Tune} tune @param {number} start @param {number} loudness */
function note(context, [pitch, after, lasting], { shape }, start, loudness) {
  const oscillator = new OscillatorNode(context, { type: shape, frequency: pitch });
  const gain = new GainNode(context, { gain: 0 });
  const from = start + after;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + SWELL);
  gain.gain.setValueAtTime(loudness, from + lasting - SWELL);
  gain.gain.linearRampToValueAtTime(0, from + lasting);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + lasting);
}

// Volume is 0 to 100; `after` in seconds. Answers whether it could be heard; body[data-sounded] says what was last.
/** @param {string} kind @param {number} volume */
export function play(kind, volume, after = 0) {
  if (context?.state !== "running" || volume <= 0) return false;
  const tune = TUNES[kind];
  const loudness = (volume / 100) ** 2 * (tune.shape === "square" || tune.shape === "sawtooth" ? 0.5 : 0.9);
  for (const each of tune.notes) note(context, each, tune, context.currentTime + after, loudness);
  sounds += 1;
  Object.assign(document.body.dataset, { sounded: kind, sounds });
  return true;
}
