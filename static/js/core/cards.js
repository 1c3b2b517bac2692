// Tells listeners which cards came, changed or left, before the page is painted again.
const columns = [...document.querySelectorAll(".cards")];
/** @typedef {(cards: HTMLElement[], left: string[]) => void} CardsListener */
/** @type {CardsListener[]} */
const listeners = [];

// Where a button of a card sends its tap: the card's id names the order, the button's name the kind of tap.
/** @param {HTMLButtonElement} button */
export function addressOf(button) {
  const order = /** @type {HTMLElement} */ (button.closest(".card")).id.replace("order-", "");
  return `/orders/${order}/${button.name === "to" ? "transitions" : "actions"}`;
}

// What a column sorts a card by ends in six digits of its order's number.
/** @param {HTMLElement} card */
export const numberOf = ({ dataset }) => Number(dataset.place?.slice(-6));

export const allCards = () => columns.flatMap(({ children }) => [...children]);

// `listener` is told of the cards that are new or other than before, and of the ids of those that left.
/** @param {CardsListener} listener */
export function onCards(listener) {
  listeners.push(listener);
  listener(allCards(), []);
}

/** @param {Node} node @returns {node is HTMLElement} */
const isCard = (node) => node instanceof HTMLElement && node.matches(".card");

/** @param {MutationRecord[]} changes */
function tell(changes) {
  const fresh = new Set(changes.flatMap(({ target, addedNodes }) => (isCard(target) ? [target] : [...addedNodes])));
  const gone = new Set(changes.flatMap(({ removedNodes }) => [...removedNodes]).filter(isCard).map(({ id }) => id));
  const shown = [...fresh].filter((card) => card.isConnected).filter(isCard);
  const left = [...gone].filter((id) => !document.getElementById(id));
  for (const listener of listeners) listener(shown, left);
}

// One observer for both, so that a card that comes changed is told of once; it keeps one set of options per element.
const changes = new MutationObserver(tell);
for (const column of columns) {
  changes.observe(column, { childList: true });
  changes.observe(/** @type {HTMLElement} */ (column.parentElement), { subtree: true, attributeFilter: ["data-version"] });
}
