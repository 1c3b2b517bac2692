// Taps are sent in their order, each once, with what it had seen; until then each can be taken back.
import { emit } from "../core/dom.js";
import { add, drop, expected, kindOf, refused, tell, unsent, unsentOf } from "./outbox.js";

const WISH = ["to", "act", "detail", "reason"];
/** @type {(one: Wish, other: Wish) => boolean} */
const isSame = (one, other) => WISH.every((name) => one[name] === other[name]);

// `undo` is in seconds. Returns the entry, or undefined if the tap only took back one that had not been sent.
/** @param {NewTap & { undo?: number }} tap */
export function enqueue({ url, fields, card, number, label, undo = 0 }) {
  const before = unsentOf(card).findLast((entry) => kindOf(entry.fields) === kindOf(fields));
  if (before && isSame(before.fields, fields)) return before;
  if (before && before.fields.act !== fields.act && before.tries === 0) return takeBack(before.id);
  const { status, after } = expected(card);
  const seen = after.length > 0 && "seen" in fields ? { seen: status } : {};
  const due = undo > 0 ? Date.now() + undo * 1000 : 0;
  const entry = add({ url, fields: { ...fields, ...seen }, card, number, label, due, after });
  tell("queued", entry);
  return entry;
}

// Takes a tap back, and the taps that were built on it.
/** @param {string} id */
export function takeBack(id) {
  for (const entry of unsent().filter((each) => each.id === id || each.after.includes(id))) {
    drop(entry);
    tell("undone", entry);
  }
}

// Forgets refusals that have been read.
/** @param {string[]} ids */
export function dismiss(ids) {
  for (const entry of refused().filter((each) => ids.includes(each.id))) drop(entry);
  emit("taps");
}
