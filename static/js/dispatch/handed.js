// What was handed over a moment ago, and its undo: all of it together.
import { byId, on, one, write } from "../core/dom.js";
import { sayMany } from "../core/i18n.js";
import { takeBack } from "../taps/queue.js";
import { stillUndoable } from "./hand_over.js";

const [bar, handed] = ["hand", "handed"].map(byId);
const undo = one(handed, "button");
/** @type {Tap[]} */
let latest = [];

export function follow() {
  handed.hidden = stillUndoable(latest).length === 0 || !bar.hidden;
}

// Whether it can be taken back.
/** @param {Tap[]} taps @param {number} many @param {string} name */
export function sayHanded(taps, many, name) {
  latest = taps;
  write(one(handed, "p"), sayMany("%(num)s order for %(name)s", "%(num)s orders for %(name)s", many, { name }));
  follow();
  return handed.hidden ? null : undo;
}

undo.addEventListener("click", () => {
  for (const { id } of stillUndoable(latest)) takeBack(id);
});
on("taps", follow);
on("chosen", follow);
setInterval(() => { if (!handed.hidden) follow(); }, 250); // what can be undone goes by itself
