// What scripts say, in the language of the page: the server sends its words along, English stands in the scripts.
/** @typedef {{ [name: string]: string | number }} Values */

const page = document.documentElement;
/** @type {Record<string, string & Record<string, string>>} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export const locale = () => page.dataset.locale ?? "en-GB";

const plain = new Intl.NumberFormat(locale(), { useGrouping: false });
const forms = new Intl.PluralRules(locale());
const against = page.dir === "rtl" ? /\p{Script=Latin}/u : /\p{Script=Arabic}|\p{Script=Hebrew}/u;

/** @param {number} amount */
export const number = (amount) => plain.format(amount);

/** @param {string} text */
export const isolated = (text) => `\u2068${text}\u2069`;

// A name that runs against the sentence must not turn around what stands beside it.
/** @param {string | number} value */
function shown(value) {
  if (typeof value === "number") return number(value);
  return against.test(value) ? isolated(value) : value;
}

/** @param {string} text @param {Values} values */
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => shown(values[name]));

// `%(name)s` in a message becomes values.name; a number is written in the reader's digits.
/** @param {string} message @param {Values} values */
export const say = (message, values = {}) => fill(words[message] ?? message, values);

// The form of a message that goes with a count, which is `%(num)s` in it.
/** @param {string} one @param {string} many @param {number} count @param {Values} values */
export function sayMany(one, many, count, values = {}) {
  const said = words[one];
  return fill(said?.[forms.select(count)] ?? said?.other ?? (count === 1 ? one : many), { num: count, ...values });
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

// A moment where the restaurant is, in a shape that Intl knows.
/** @param {number} milliseconds @param {string | undefined} timeZone @param {Intl.DateTimeFormatOptions} shape @param {string} language */
export function there(milliseconds, timeZone, shape, language = locale()) {
  const key = JSON.stringify([language, timeZone, shape]);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language, { ...shape, timeZone: timeZone || undefined });
  formats.set(key, format); // making one takes longer than all the rest
  return format.format(milliseconds);
}

// The time of day of a moment there. Twenty-four hours, as on the server's pages.
/** @param {number} milliseconds @param {string | undefined} zone */
export const clock = (milliseconds, zone) => there(milliseconds, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// How long something has lasted, in whole minutes.
/** @param {number} milliseconds */
export function lasting(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return say("%(minutes)s min", { minutes });
  const rest = `${number(0)}${number(minutes % 60)}`.slice(-2);
  return say("%(hours)s h %(minutes)s", { hours: Math.floor(minutes / 60), minutes: rest });
}
