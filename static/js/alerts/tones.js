// Tones out of oscillators, with no files to fetch: each kind has a tune that is told from the others in the noise.
const RISING = [[784, 0, 0.14], [1175, 0.16, 0.3]];
const TWICE = [[988, 0, 0.08], [988, 0.14, 0.08]];
const FALLING = [[740, 0, 0.2], [554, 0.22, 0.2], [415, 0.44, 0.45]];
const THRICE = [[1480, 0, 0.1], [1480, 0.2, 0.1], [1480, 0.4, 0.22]];
const CHIME = [[1047, 0, 0.5], [784, 0.35, 0.7]];
const TUNES = {
  new: { shape: "triangle", notes: RISING },
  changed: { shape: "sine", notes: TWICE },
  cancelled: { shape: "sawtooth", notes: FALLING },
  late: { shape: "square", notes: THRICE },
  ready: { shape: "sine", notes: CHIME },
};
const SWELL = 0.015; // seconds: what begins or ends at once clicks
let context = null;
const listeners = [];
let sounds = 0;

// What browsers call it: `running`, `suspended`, `interrupted`, `closed`; `none` before anybody asked for sound.
export const state = () => context?.state ?? "none";

// `listener` is called whenever the browser gives or takes it.
export const onState = (listener) => listeners.push(listener);

// Ask the browser for sound, from within a tap: resolves when it has given it, which may be never.
export async function unlock() {
  if (context === null) {
    context = new AudioContext();
    context.addEventListener("statechange", () => listeners.forEach((listener) => listener()));
  }
  await context.resume();
}

function note([pitch, after, lasting], { shape }, start, loudness) {
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
export function play(kind, volume, after = 0) {
  if (state() !== "running" || volume <= 0) return false;
  const tune = TUNES[kind];
  const loudness = (volume / 100) ** 2 * (tune.shape === "square" || tune.shape === "sawtooth" ? 0.5 : 0.9);
  for (const each of tune.notes) note(each, tune, context.currentTime + after, loudness);
  sounds += 1;
  Object.assign(document.body.dataset, { sounded: kind, sounds });
  return true;
}
