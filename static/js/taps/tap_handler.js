// A tap means the card that it was made on. Every tap goes through the queue.
import { emit, on } from "../core/dom.js";
import { addressOf, isRail, numberOf } from "../core/cards.js";
import { enqueue, takeBack } from "./queue.js";
import { hasJustMoved } from "./slides.js";
import { say } from "../core/i18n.js";

// A second tap at the same spot means the card that was there, not the one that slid under the finger.
const SAME_TAP = { milliseconds: 700, pixels: 48 };
/** @type {{ card: string, line: string | undefined, isHead: boolean, at: number, x: number, y: number } | null} */
let last = null;

const KNOCK = 600; // milliseconds: a second knock on the head of a ticket is not a second step

// A first tap is ignored too if the card has just slid to its place because somebody else moved another.
const SETTLED = 450; // milliseconds
const OWN = 20_000; // milliseconds after a tap in which its card's moves count as our own: the line may be slow
/** @type {Map<Element, { at: number, from: Node[] }>} */
const shifts = new Map();
/** @type {Map<string, number>} */
const tapped = new Map();
// Until a tap is settled, its card's moves count as our own: it may be held back, or wait for the line.
on("tap:queued", ({ detail }) => tapped.set(detail.card, Infinity));
for (const end of /** @type {const} */ (["tap:sent", "tap:undone", "tap:refused"])) {
  on(end, ({ detail }) => tapped.set(detail.card, performance.now()));
}

/** @param {MutationRecord} change */
const isByOthers = ({ addedNodes, removedNodes }) => {
  const moved = /** @type {Element[]} */ ([...addedNodes, ...removedNodes]);
  return moved.some(({ id }) => performance.now() - (tapped.get(id) ?? -Infinity) > OWN);
};

for (const column of document.querySelectorAll(".columns .cards")) {
  new MutationObserver((changes) => {
    const from = changes.filter(isByOthers).map(({ nextSibling }) => nextSibling).filter((next) => next !== null);
    if (from.length > 0) shifts.set(column, { at: performance.now(), from });
  }).observe(column, { childList: true });
}

/** @param {HTMLElement} card */
function hasSlid(card) {
  if (isRail()) return hasJustMoved(card);
  const { at, from } = shifts.get(/** @type {HTMLElement} */ (card.parentElement)) ?? { at: -Infinity, from: [] };
  /** @param {Node} other */
  const isBelow = (other) => other === card || other.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING;
  return performance.now() - at < SETTLED && from.some((other) => other.isConnected && isBelow(other));
}

on("click", (event) => {
  const card = event.target.closest(".card");
  if (!card || !event.target.closest("button, summary, a")) return;
  // The device knows a double tap (`detail`), however late the page sees its second half; but taps on two lines
  // beside each other are two.
  const line = event.target.closest("[data-line]")?.dataset.line;
  const isHead = isRail() && event.detail > 0 && event.target.closest(".primary, [data-opens]") !== null;
  const isKnock = isHead && last?.isHead && event.timeStamp - last.at < KNOCK;
  const twice = last?.card === card.id && last.line === line && (event.detail > 1 || isKnock);
  const again = event.detail > 0 && last && last.card !== card.id && event.timeStamp - last.at < SAME_TAP.milliseconds
    && Math.hypot(event.clientX - last.x, event.clientY - last.y) < SAME_TAP.pixels;
  if (twice || again || (event.detail > 0 && hasSlid(card))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = { card: card.id, line, isHead, at: event.timeStamp, x: event.clientX, y: event.clientY };
}, { capture: true });

// After scrolling, a tap at the same spot means the card that is there now.
for (const scroll of ["touchmove", "wheel"]) addEventListener(scroll, () => { last = null; }, { passive: true });

// A key that is held down is pressed once.
on("keydown", (event) => {
  if (event.repeat && event.target.closest?.(".card button")) event.preventDefault();
});

/** @param {HTMLButtonElement} button @param {HTMLElement | null} place @param {Wish} fields */
function labelOf(button, place, { to, act }) {
  const dish = /** @type {string} */ (place?.querySelector(".dish")?.textContent);
  if (act === "strike") return say("Strike off %(dish)s", { dish });
  if (act === "unstrike") return say("Put back %(dish)s", { dish });
  return to === "cancelled" ? say("Cancel") : button.textContent.trim();
}

// What a tap on a button means: the card says what was seen, its form, where it has one, what was typed.
/** @param {HTMLButtonElement} button */
export function tapOf(button) {
  const card = /** @type {HTMLElement} */ (button.closest(".card"));
  const place = button.closest("[data-line]");
  const line = place?.dataset.line;
  /** @type {Wish} */
  const fields = {
    seen: card.dataset.status, board: document.body.dataset.board, ...(line && { line }),
    ...(button.hasAttribute("data-despite") && { despite_open_lines: "1" }),
    ...(button.value === "acknowledge" && { revision: card.dataset.version }),
    ...(button.form && Object.fromEntries(new FormData(button.form))), [button.name]: button.value,
  };
  const undo = Number(button.closest("[data-undo]")?.dataset.undo ?? 0);
  return { url: addressOf(button), fields, card: card.id, number: `${numberOf(card)}`, label: labelOf(button, place, fields), undo };
}

// Who says that changes are seen has seen them: where a fold hides them, the ticket opens first.
const UNREAD = ":not(:popover-open):has(.fold .mark) > [value=acknowledge]";

/** @param {HTMLButtonElement} button */
function tap(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  if (isRail() && button.matches(UNREAD)) emit("ticket:asked", /** @type {HTMLElement} */ (button.parentElement));
  else if (button.dataset.undoing) takeBack(button.dataset.undoing);
  else enqueue(tapOf(button));
}

on("click", ({ target }) => {
  const button = /** @type {HTMLButtonElement | null} */ (target.closest(".card button:is([name], [data-undoing])"));
  if (button && !button.form) tap(button);
});
on("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.tap")) return;
  event.preventDefault();
  tap(/** @type {HTMLButtonElement} */ (event.submitter ?? form.querySelector("button[name]")));
});
