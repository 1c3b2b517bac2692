// What somebody at this device has taken notice of: kept on it, so that a reload makes no card cry anew, nor silent.
const { restaurant, board } = document.body.dataset;
const PLACE = `noticed:${restaurant}:${board}`;
const LASTS = 24 * 60 * 60 * 1000; // milliseconds: no order waits as long

// Another tab of the board may have written it since.
/** @returns {Map<string, number>} */
function read() {
  /** @type {[string, number][]} */
  const kept = Object.entries(JSON.parse(localStorage.getItem(PLACE) ?? "{}"));
  return new Map(kept.filter(([, at]) => Math.abs(Date.now() - at) < LASTS));
}

/** @param {string} id @param {string} kind */
const of = (id, kind) => `${id} ${kind}`;
let noticed = read();

/** @param {() => void} change */
function write(change) {
  noticed = read();
  change();
  localStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(noticed)));
}

/** @param {string} id @param {string} kind */
export const isNoticed = (id, kind) => noticed.has(of(id, kind));

/** @param {string} id @param {string[]} kinds */
export const notice = (id, kinds) => write(() => kinds.forEach((kind) => noticed.set(of(id, kind), Date.now())));

// What has moved on may be new, or late, once more.
/** @param {string} id @param {string[]} kinds */
export function forget(id, kinds) {
  if (kinds.some((kind) => isNoticed(id, kind))) write(() => kinds.forEach((kind) => noticed.delete(of(id, kind))));
}
