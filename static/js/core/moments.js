// Moments as people read them: those not of today with their day, in the form of ordertrack/i18n/moments.py.
import { clock, there } from "./i18n.js";

const DAY = 86_400_000; // milliseconds

// The date on the wall there, as 2026-11-30.
/** @param {number} milliseconds @param {string | undefined} zone */
export const dayOf = (milliseconds, zone) => there(milliseconds, zone, {}, "sv");

// The time of day with its day, unless that is today there.
/** @param {string} time @param {number} milliseconds @param {string | undefined} zone @param {number} now */
export function dated(time, milliseconds, zone, now) {
  const ahead = (Date.parse(dayOf(milliseconds, zone)) - Date.parse(dayOf(now, zone))) / DAY;
  if (ahead === 0) return time;
  /** @type {Intl.DateTimeFormatOptions} */
  const day = ahead > 0 && ahead < 7 ? {} : { day: "numeric", month: "short" };
  return `${there(milliseconds, zone, { weekday: "short", ...day })} ${time}`;
}

/** @param {number} milliseconds @param {string | undefined} zone @param {number} now */
export const when = (milliseconds, zone, now) => dated(clock(milliseconds, zone), milliseconds, zone, now);
