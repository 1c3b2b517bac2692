// Of an order a station sees its own lines, and of the rest how many are still to be made, and where.
import { ownPart } from "../core/cards.js";
import { write } from "../core/dom.js";
import { isolated, locale, number, say } from "../core/i18n.js";

const list = new Intl.ListFormat(locale(), { type: "unit", style: "narrow" });

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
  const stations = [...open].map(([station, many]) => `${isolated(station)} ${many ? number(many) : "✓"}`);
  write(ownPart(card, "p", "elsewhere"), say("also at: %(stations)s", { stations: list.format(stations) }));
}
