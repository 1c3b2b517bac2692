// Which cards came, changed or left: told to whoever asked, before the page is painted again.
const columns = [...document.querySelectorAll(".cards")];
const listeners = [];

// Where a button of a card sends its tap: the card says whose it is, the button what it is.
export function addressOf(button) {
  const order = button.closest(".card").id.replace("order-", "");
  return `/orders/${order}/${button.name === "to" ? "transitions" : "actions"}`;
}

export const allCards = () => columns.flatMap(({ children }) => [...children]);

// `listener` is told of the cards that are new or other than before, and of the ids of those that left.
export function onCards(listener) {
  listeners.push(listener);
  listener(allCards(), []);
}

function tell(changes) {
  const fresh = new Set(changes.flatMap(({ target, addedNodes }) => (target.matches(".card") ? [target] : [...addedNodes])));
  const gone = new Set(changes.flatMap(({ removedNodes }) => [...removedNodes]).map(({ id }) => id));
  const shown = [...fresh].filter((card) => card.isConnected && card.matches?.(".card"));
  const left = [...gone].filter((id) => id && !document.getElementById(id));
  for (const listener of listeners) listener(shown, left);
}

// A card that comes changed is told of once: both are seen by one observer, which keeps one set of options an element.
const changes = new MutationObserver(tell);
for (const column of columns) {
  changes.observe(column, { childList: true });
  changes.observe(column.parentElement, { subtree: true, attributeFilter: ["data-version"] });
}
