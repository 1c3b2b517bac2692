// The taps that were made here and have no answer yet, in their order: kept on the device, so that none is lost.
import { emit } from "../core/dom.js";
import { now } from "../core/server_time.js";
import * as person from "../tablet/person.js";

const { restaurant, board, signIn } = document.body.dataset;
const SCOPE = `tap:${restaurant}:${board}:${signIn}:`;
const LONGEST = 60_000; // milliseconds: a tap held back for longer was written by a clock set otherwise
/** @param {Tap} one @param {Tap} other */
const byOrder = (one, other) => one.seq - other.seq || (one.id < other.id ? -1 : 1);

/** @param {string} key @returns {Tap | null} */
function read(key) {
  try {
    return JSON.parse(/** @type {string} */ (localStorage.getItem(key)));
  } catch {
    return null; // written by nobody we know
  }
}

let entries = Object.keys(localStorage).filter((key) => key.startsWith(SCOPE)).map(read).filter((entry) => entry !== null).sort(byOrder);
let isKept = true;

export const areKept = () => isKept;
export const unsent = () => entries.filter(({ why }) => why === undefined);
export const refused = () => entries.filter(({ why }) => why !== undefined);
/** @param {string} card */
export const unsentOf = (card) => unsent().filter((entry) => entry.card === card);

/** @param {Tap} entry */
const heldFor = ({ due }) => (due - Date.now() <= LONGEST ? Math.max(0, due - Date.now()) : 0);
/** @param {Tap} entry */
export const isUndoable = (entry) => entry.tries === 0 && heldFor(entry) > 0;

/** @param {"queued" | "sent" | "undone" | "unsigned" | "refused"} what @param {Tap} entry */
export function tell(what, entry) {
  emit(`tap:${what}`, entry);
  emit("taps");
}

/** @param {Tap} entry */
function write(entry) {
  try {
    localStorage.setItem(SCOPE + entry.id, JSON.stringify(entry));
  } catch {
    isKept = false;
  }
}

/** @param {Tap} entry @param {Partial<Tap>} values */
export function change(entry, values) {
  write(Object.assign(entry, values));
  emit("taps");
}

/** @param {Tap} entry */
export function drop(entry) {
  entries = entries.filter(({ id }) => id !== entry.id);
  localStorage.removeItem(SCOPE + entry.id);
}

/** @param {NewTap & { due: number, after: string[] }} entry */
export function add(entry) {
  const seq = Math.max(0, ...entries.map((each) => each.seq)) + 1;
  const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
  const { name = "", token = "" } = person.currentPerson() ?? {};
  const kept = { ...entry, id, seq, at: now(), person: token, by: name, tries: 0 };
  entries.push(kept);
  write(kept);
  return kept;
}

// What two taps of one kind are about: the order's status, a line, its rush, its hold, its rider.
/** @param {Wish} wish */
export const kindOf = ({ to, act, line }) => (to ? "move" : `${act === "release" ? "hold" : act?.replace(/^un/, "")} ${line ?? ""}`);

// The status that a card's order will have when its taps are done, and the ids of the taps that make it.
/** @param {string} card */
export function expected(card) {
  let { status } = document.getElementById(card)?.dataset ?? /** @type {DOMStringMap} */ ({});
  /** @type {string[]} */
  const after = [];
  for (const { id, fields } of unsentOf(card)) {
    if (fields.to === undefined || fields.seen !== status) continue;
    status = fields.to;
    after.push(id);
  }
  return { status, after };
}

// The first tap in order, past those held back, which hold up only their own cards.
export function firstToSend() {
  const held = new Set();
  return unsent().find((entry) => {
    if (heldFor(entry) > 0) held.add(entry.card);
    return !held.has(entry.card);
  });
}

export const nextDue = () => Math.min(...unsent().map(heldFor).filter((time) => time > 0));

// Another tab may have sent it, or taken it back.
/** @param {Tap} entry */
export function isStillThere(entry) {
  if (!isKept || localStorage.getItem(SCOPE + entry.id) !== null) return true;
  entries = entries.filter(({ id }) => id !== entry.id);
  return false;
}

addEventListener("storage", ({ key, newValue }) => {
  if (!key?.startsWith(SCOPE)) return;
  entries = entries.filter(({ id }) => SCOPE + id !== key);
  const entry = newValue === null ? null : read(key);
  if (entry) entries = [...entries, entry].sort(byOrder);
  emit("taps");
});
