// A part of the page becomes a fresh one only where it differs: what somebody types, holds open or has in focus stays, and
// nothing blinks.
const OF_THE_PAGE = new Set(["open", "hidden", "aria-expanded", "disabled", "data-hidden", "data-elsewhere", "data-moved",
  "data-news", "data-news-said", "tabindex", "style", "popover", "data-spot", "data-key", "data-slides", "data-folded"]);
const TICKING = ".card [data-since]"; // an age: the page's clock says it, and says it anew of a card that has changed

/** @param {Node} node */
const isBlank = (node) => node instanceof Text && node.data.trim() === "";
// What a script has put on the card, and not the server, is marked with `data-kept` and stays where it is.
/** @param {ChildNode} node */
const isOurs = (node) => !isBlank(node) && !(node instanceof HTMLElement && "kept" in node.dataset);
// One act never becomes another under a finger, but for its opposite.
/** @param {HTMLElement} node */
const actOf = (node) => (node.matches("button.act") ? node.getAttribute("value")?.replace(/^un/, "") : "");
/** @param {ChildNode} node */
const keyOf = (node) => (node instanceof HTMLElement ? `${node.tagName} ${node.className} ${node.dataset.line} ${actOf(node)}` : "");

/** @param {Element} here @param {Element} fresh */
function copyAttributes(here, fresh) {
  for (const { name } of [...here.attributes]) {
    if (!fresh.hasAttribute(name) && !OF_THE_PAGE.has(name)) here.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (here.getAttribute(name) !== value && !OF_THE_PAGE.has(name)) here.setAttribute(name, value);
  }
}

// What goes is gone before anything is put in order: what stays is then moved as little as can be, and keeps its focus.
/** @param {Element} here @param {Element | DocumentFragment} fresh */
export function copyParts(here, fresh) {
  const parts = Map.groupBy([...here.childNodes].filter(isOurs), keyOf);
  const pairs = [...fresh.childNodes].filter(isOurs).map((part) => ({ part, shown: parts.get(keyOf(part))?.shift() ?? part }));
  for (const left of [...parts.values()].flat()) left.remove();
  let place = here.firstChild;
  for (const { part, shown } of pairs) {
    while (place && !isOurs(place)) place = place.nextSibling;
    if (shown !== part) become(shown, part);
    if (shown !== place) here.insertBefore(shown, place);
    place = shown.nextSibling;
  }
}

/** @param {ChildNode} here @param {ChildNode} fresh */
export function become(here, fresh) {
  if (here.isEqualNode(fresh)) return;
  if (here instanceof Element && fresh instanceof Element) {
    copyAttributes(here, fresh);
    if (!here.matches(TICKING)) copyParts(here, fresh);
  } else here.nodeValue = fresh.nodeValue;
}
