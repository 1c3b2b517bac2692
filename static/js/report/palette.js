// The colours of charts are the page's own, so that light and dark are chosen in one place.
const NAMES = ["ink", "muted", "line", "surface", "p50", "p90", "target", "good", "danger", "calm", "hot", "on-calm", "on-hot"];

/** @returns {Colours} */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  // Double quotes would end the attribute that the font becomes in a chart saved as shapes.
  return { ...colours, font: getComputedStyle(document.body).fontFamily.replaceAll('"', "'") };
}

// Lines across a colour, so that it can be told from its neighbour without seeing it.
/** @param {string} colour */
export const striped = (colour) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: colour });
export const PLAIN = { symbol: "none" };
