// Where tickets stand: strictly in their order, each in the column that is shortest by then. So the top row is always
// next. One that is too long folds; at a page's foot it shows the lines that fit, its head at the least; when no head
// fits, the page ends. Nobody is taken out of turn to fill a gap. All sizes are pixels.
/**
 * @typedef {{ top: number, rows: number[], isShut: boolean }} Measured a ticket without its lines; each line; held
 * @typedef {{ columns: number, height: number, gap: number, fold: number, button: number }} Room a page
 * @typedef {{ column: number, y: number, lines: number }} Place of which so many lines are shown
 */

const SPARED = 2; // a fold that would hide no more than so many lines is not worth its button

/** @param {number[]} heights */
const sum = (heights) => heights.reduce((all, height) => all + height, 0);

// How many of a ticket's lines are shown where there is so much room; null if not even its head fits.
/** @param {Measured} ticket @param {number} height @param {Room} room */
export function linesIn({ top, rows, isShut }, height, { fold, button }) {
  if (!isShut && rows.length <= fold + SPARED && top + sum(rows) <= height) return rows.length;
  let lines = isShut ? 0 : Math.max(0, Math.min(fold, rows.length - SPARED));
  let needed = top + button + sum(rows.slice(0, lines));
  while (lines > 0 && needed > height) {
    lines -= 1;
    needed -= rows[lines];
  }
  return needed <= height ? lines : null;
}

/** @param {Measured} ticket @param {number} lines @param {Room} room */
const heightOf = ({ top, rows }, lines, { button }) => top + sum(rows.slice(0, lines)) + (lines < rows.length ? button : 0);

// One page, from the ticket at `from` of so many; `measured` is asked for no more tickets than the page decides on.
/** @param {number} from @param {number} many @param {(index: number) => Measured} measured @param {Room} room */
export function packPage(from, many, measured, room) {
  const used = Array(room.columns).fill(0);
  /** @type {Place[]} */
  const places = [];
  for (let index = from; index < many; index += 1) {
    const y = Math.min(...used);
    const column = used.indexOf(y);
    const ticket = measured(index);
    const fitting = linesIn(ticket, room.height - y, room);
    if (fitting === null && places.length > 0) break;
    const lines = fitting ?? 0;
    places.push({ column, y, lines });
    if (fitting === null) break; // a head that is higher than a page has one of its own
    used[column] = y + heightOf(ticket, lines, room) + room.gap;
  }
  return places;
}
