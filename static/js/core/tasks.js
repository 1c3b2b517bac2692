// Work that need not be done before the page is painted again: each in a task of its own, one after the other. A timer
// would be held back where the page lies behind another one.
const { port1, port2 } = new MessageChannel();
/** @typedef {(done?: unknown) => void} Work */
/** @type {Work[]} */
const waiting = [];
port1.onmessage = () => waiting.shift()?.();

/** @param {Work} work */
export function inNextTask(work) {
  waiting.push(work);
  port2.postMessage(0);
}
