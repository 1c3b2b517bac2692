// Moments as people read them: what is not of today says its day, in the form that ordertrack/moments.py says it in.
import { clock, locale, number } from "./words.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const SHIFTS = [-60, -30, 30, 60]; // minutes by which clocks are set back
const AROUND = 90 * MINUTE;
const formats = new Map();

function format(milliseconds, zone, shape, language = locale()) {
  const key = JSON.stringify([zone, shape, language]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, { ...shape, timeZone: zone || undefined }));
  return formats.get(key).format(milliseconds);
}

// The date on the wall there, as 2026-11-30.
export const dayOf = (milliseconds, zone) => format(milliseconds, zone, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv");

// How many minutes the clock there is ahead of UTC.
function offset(milliseconds, zone) {
  const shape = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  const wall = Date.parse(`${format(milliseconds, zone, shape, "sv").replace(" ", "T")}Z`);
  return (wall - Math.floor(milliseconds / MINUTE) * MINUTE) / MINUTE;
}

// Where the clock shows a time twice, how far this one is from UTC.
function toldApart(time, milliseconds, zone) {
  const ahead = offset(milliseconds, zone);
  if (ahead === offset(milliseconds - AROUND, zone) && ahead === offset(milliseconds + AROUND, zone)) return time;
  const isTwice = SHIFTS.some((shift) => ahead - offset(milliseconds + shift * MINUTE, zone) === shift);
  if (!isTwice) return time;
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  const rest = minutes ? `:${`${number(0)}${number(minutes)}`.slice(-2)}` : "";
  const code = `UTC${ahead < 0 ? "-" : "+"}${number(hours)}${rest}`;
  return `${time} ${document.documentElement.dir === "rtl" ? `\u2066${code}\u2069` : code}`;
}

// The time of day there, with its day unless that is today.
export function when(milliseconds, zone, now) {
  const time = toldApart(clock(milliseconds, zone), milliseconds, zone);
  const ahead = Math.round((Date.parse(dayOf(milliseconds, zone)) - Date.parse(dayOf(now, zone))) / DAY);
  if (ahead === 0) return time;
  const date = ahead > 0 && ahead < 7 ? {} : { day: "numeric", month: "short" };
  return `${format(milliseconds, zone, { weekday: "short", ...date })} ${time}`;
}
