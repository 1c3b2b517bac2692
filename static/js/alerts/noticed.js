// What somebody at this device has taken notice of: kept on it, so that a reload makes no card cry anew, nor silent.
const { restaurant, board } = document.body.dataset;
const PLACE = `noticed:${restaurant}:${board}`;
const LASTS = 24 * 60 * 60 * 1000; // milliseconds: no order waits as long

// Another tab of the board may have written it since.
function read() {
  const kept = Object.entries(JSON.parse(localStorage.getItem(PLACE) ?? "{}"));
  return new Map(kept.filter(([, at]) => Math.abs(Date.now() - at) < LASTS));
}

const of = (id, kind) => `${id} ${kind}`;
let noticed = read();

function write(change) {
  noticed = read();
  change();
  localStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(noticed)));
}

export const isNoticed = (id, kind) => noticed.has(of(id, kind));

export const notice = (id, kinds) => write(() => kinds.forEach((kind) => noticed.set(of(id, kind), Date.now())));

// What has moved on may be new, or late, once more.
export function forget(id, kinds) {
  if (kinds.some((kind) => isNoticed(id, kind))) write(() => kinds.forEach((kind) => noticed.delete(of(id, kind))));
}
