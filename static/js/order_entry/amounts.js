// Amounts of money in the company's currency: kept in minor units, written as the page's language has it.
import { byId } from "../core/dom.js";
import { locale } from "../core/i18n.js";

const { currency = "USD", decimals = "2" } = byId("entry").dataset;
const least = new Intl.NumberFormat(locale(), { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 0;

// Decimals that nobody uses any more (the Lebanese pound's) only where some are due.
/** @param {number} minor */
function shape(minor) {
  const amount = minor / 10 ** Number(decimals);
  const digits = Number.isInteger(amount) ? Math.min(least, Number(decimals)) : Number(decimals);
  return { amount, minimumFractionDigits: digits, maximumFractionDigits: Number(decimals) };
}

// The number alone: the currency stands at the total.
/** @param {number} minor */
export function figure(minor) {
  const { amount, ...digits } = shape(minor);
  return new Intl.NumberFormat(locale(), digits).format(amount);
}

/** @param {number} minor */
export function money(minor) {
  const { amount, ...digits } = shape(minor);
  const said = new Intl.NumberFormat(locale(), { style: "currency", currency, ...digits }).format(amount);
  return document.dir === "rtl" ? said.replace(/[A-Z]\$/, "$&\u200e") : said; // or `US$` reads `$US`
}

// What was typed, in minor units: 0 for nothing, null for what is no amount.
/** @param {string} typed */
export function minorOf(typed) {
  const text = typed.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replace(/[,٫]/, ".");
  if (text === "") return 0;
  if (!/^\d{1,10}(\.\d{1,4})?$/.test(text)) return null;
  const minor = Math.round(Number(text) * 10 ** Number(decimals) * 1000) / 1000;
  return Number.isInteger(minor) ? minor : null;
}
