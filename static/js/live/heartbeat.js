// When the server was last heard.
const now = () => ({ date: Date.now(), monotonic: performance.now() });
let last = now();

export function hear() {
  last = now();
}

// A clock that was set wrong must not hide a silence, nor one that stood still while the device slept.
export const silence = () => Math.max(Date.now() - last.date, performance.now() - last.monotonic);

// A long message on a slow line is heard while it comes; else it would be taken for silence and begun anew for ever.
/** @param {SseConnection} connection @param {() => void} heard */
export function listenIn({ reader }, heard) {
  if (!reader) return;
  const read = reader.read.bind(reader);
  reader.read = () => read().then((chunk) => { if (!chunk.done) heard(); return chunk; });
}
