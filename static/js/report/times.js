// Seconds and shares as their reader writes them, and marks of an axis where people expect them.
import { locale, number, say } from "../core/i18n.js";

const STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800];
const percents = new Intl.NumberFormat(locale(), { style: "percent" });

// Where reading begins, and where it ends: names, time and days run from the one to the other in every chart.
export const isMirrored = document.documentElement.dir === "rtl";
export const [START, END] = isMirrored ? ["right", "left"] : ["left", "right"];

// A drawing knows no direction of writing: what runs from right to left says so itself, line by line.
/** @param {string} text */
export const written = (text) => (isMirrored ? text.split("\n").map((line) => `\u2067${line}\u2069`).join("\n") : text);

/** @param {number} share */
export const percent = (share) => (isMirrored ? `\u2066${percents.format(share)}\u2069` : percents.format(share));

// Enough for a label: the tooltip and the table are exact.
/** @param {number} seconds */
export function short(seconds) {
  if (seconds < 100) return written(say("%(seconds)s s", { seconds: Math.round(seconds) }));
  if (seconds < 3600 * 1.5) return written(say("%(minutes)s min", { minutes: Math.round(seconds / 60) }));
  return written(say("%(hours)s h", { hours: Number((seconds / 3600).toFixed(1)) }));
}

// What is not told apart from longer times says so.
/** @param {number} seconds @param {number} beyond @param {string} [said] */
export const label = (seconds, beyond, said = short(seconds)) =>
  seconds < beyond ? said : written(say("over %(time)s", { time: said }));

/** @param {(number | null)[]} values @param {Colours} colours @param {number} mostMarks */
export function timeAxis(values, colours, mostMarks) {
  const most = Math.max(1, ...values.filter((value) => value !== null));
  const interval = STEPS.find((step) => most / step <= mostMarks) ?? 86_400;
  return {
    type: "value",
    min: 0,
    max: Math.ceil((most * 1.05) / interval) * interval,
    interval,
    axisLabel: { formatter: (/** @type {number} */ seconds) => (seconds ? short(seconds) : number(0)), color: colours.muted, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
  };
}
