// Gives orders to a rider and sends them out. Each is two ordinary taps, so that each order can be refused by itself, and
// waits like any other tap when the line is cut; what one of the two says, the other does.
import { on } from "../core/dom.js";
import { addressOf, numberOf } from "../core/cards.js";
import { say } from "../core/i18n.js";
import { change, isUndoable, refused, unsent } from "../taps/outbox.js";
import { enqueue, takeBack } from "../taps/queue.js";
import { tapOf } from "../taps/tap_handler.js";

/** @type {Map<string, string>} */
const pairs = new Map(); // the id of a tap, and of the other one of its order

/** @param {HTMLElement} card @param {{ key: string, name: string }} rider */
function send(card, { key, name }) {
  const button = /** @type {HTMLButtonElement | null} */ (card.querySelector('button[value="delivering"]'));
  if (!button) return [];
  const move = tapOf(button);
  const { seen, board } = move.fields;
  const gift = key === card.dataset.riderKey ? undefined : enqueue({
    url: addressOf(button).replace(/transitions$/, "actions"), fields: { seen, board, act: "assign", detail: name },
    card: card.id, number: `${numberOf(card)}`, label: say("Rider: %(name)s", { name }), undo: move.undo,
  });
  const sent = enqueue(move);
  if (gift && sent) pairs.set(gift.id, sent.id).set(sent.id, gift.id);
  return [gift, sent].filter((tap) => tap !== undefined);
}

// The taps that it takes. A rider who is not known by a key is one by that name.
/** @param {HTMLElement[]} cards @param {{ key: string, name: string }} rider */
export const handOver = (cards, rider) => cards.flatMap((card) => send(card, rider));

/** @param {Tap[]} taps */
export const stillUndoable = (taps) => unsent().filter((tap) => isUndoable(tap) && taps.some(({ id }) => id === tap.id));

on("tap:undone", ({ detail: { id } }) => {
  const other = pairs.get(id);
  pairs.delete(id);
  if (other) takeBack(other);
});
on("tap:refused", ({ detail: entry }) => {
  const other = refused().find(({ id }) => id === pairs.get(entry.id));
  if (other?.root && other.root !== entry.root) change(entry, { root: other.root });
});
