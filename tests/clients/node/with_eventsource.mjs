// Reads a stream with eventsource, which comes back by itself: `with_eventsource.mjs ADDRESS KEY`.
import { EventSource } from "eventsource";

const [address, key] = process.argv.slice(2);
const stream = new EventSource(address, {
  fetch: (url, init) =>
    fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } }),
});
for (const event of ["message", "status_update", "order_action", "reset", "bye", "hb"]) {
  stream.addEventListener(event, ({ lastEventId: id, data }) => {
    console.log(JSON.stringify({ event, id, data }));
  });
}
stream.addEventListener("error", ({ code, message }) => {
  console.error(code, message);
  if (stream.readyState === EventSource.CLOSED) process.exit(1); // it has given up
});
