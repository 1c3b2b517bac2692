// What several orders bring to collect, each currency by itself; an order that says nothing of it is counted apart.
import { locale, say, sayMany } from "../core/i18n.js";

/** @param {number} minor @param {string} currency @param {number} decimals */
function written(minor, currency, decimals) {
  const amount = minor / 10 ** decimals;
  const usual = new Intl.NumberFormat(locale(), { style: "currency", currency });
  const isWhole = Number.isInteger(amount) || usual.resolvedOptions().maximumFractionDigits;
  const written = isWhole ? usual : new Intl.NumberFormat(locale(), { style: "currency", currency, minimumFractionDigits: decimals });
  const said = written.format(amount);
  return document.dir === "rtl" ? said.replace(/[A-Z]\$/, "$&\u200e") : said; // or `US$` reads `$US`
}

/** @param {HTMLElement[]} cards */
export function amountOf(cards) {
  /** @type {Map<string, { minor: number, decimals: number }>} */
  const sums = new Map();
  let unknown = 0;
  for (const card of cards) {
    const { amount, currency = "", decimals } = card.querySelector("[data-amount]")?.dataset ?? /** @type {DOMStringMap} */ ({});
    if (amount !== undefined) sums.set(currency, { minor: (sums.get(currency)?.minor ?? 0) + Number(amount), decimals: Number(decimals) });
    else if (!card.querySelector(".paid")) unknown += 1;
  }
  const collected = [...sums].map(([currency, { minor, decimals }]) => written(minor, currency, decimals)).join(" + ");
  const parts = [
    collected && say("collect %(amount)s", { amount: collected }),
    !collected && unknown < cards.length && say("nothing to collect"),
    unknown > 0 && sayMany("%(num)s without an amount", "%(num)s without an amount", unknown),
  ];
  return parts.filter(Boolean).join(" · ");
}
