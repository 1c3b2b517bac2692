// Of an order a station sees its own lines, and of the rest how many are still to be made, and where.
import { make, write } from "../core/dom.js";
import { locale, number, say } from "../core/i18n.js";

const list = new Intl.ListFormat(locale(), { type: "unit", style: "narrow" });

/** @param {HTMLElement} card */
function lineOf(card) {
  const there = card.querySelector(".elsewhere");
  if (there) return there;
  const line = make("p", { className: "elsewhere" });
  line.dataset.kept = ""; // the page's own, and not the server's
  card.querySelector(".items")?.after(line);
  return line;
}

// `lines` are those of other stations.
/** @param {HTMLElement} card @param {HTMLElement[]} lines */
export function sayWhere(card, lines) {
  /** @type {Map<string, number>} */
  const open = new Map();
  for (const { dataset } of lines) {
    const station = /** @type {string} */ (dataset.station);
    const isOpen = dataset.line !== undefined && dataset.done === undefined;
    open.set(station, (open.get(station) ?? 0) + (isOpen ? 1 : 0));
  }
  if (open.size === 0) return card.querySelector(".elsewhere")?.remove();
  const stations = [...open].map(([station, many]) => `\u2068${station}\u2069 ${many ? number(many) : "✓"}`);
  write(lineOf(card), say("also at: %(stations)s", { stations: list.format(stations) }));
}
