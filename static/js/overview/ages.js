// How many whole minutes the oldest orders have been open, by the server's clock.
import { number } from "../core/i18n.js";
import { now } from "../core/server_time.js";
import { on, write } from "../core/dom.js";

const MINUTE = 60_000; // milliseconds

/** @param {ParentNode} root */
function tick(root) {
  for (const age of root.querySelectorAll("[data-minutes-since]")) {
    write(age, number(Math.max(0, Math.floor((now() - Number(age.dataset.minutesSince)) / MINUTE))));
  }
}

tick(document);
setInterval(() => tick(document), 1000);
on("retimed", ({ detail }) => tick(detail));
