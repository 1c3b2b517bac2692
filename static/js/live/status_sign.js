// How the page says what it knows of its stream: to the eye at once, to the ear what lasts.
import { byId, make, write } from "../core/dom.js";
import { when } from "../core/moments.js";
import { now } from "../core/server_time.js";
import { lasting, say } from "../core/i18n.js";

const LASTING = 3000; // milliseconds
/** @type {Record<string, string>} */
const WORDS = {
  connecting: say("Connecting…"),
  "catching-up": say("Catching up…"),
  live: say("Live"),
  offline: say("Offline"),
  reconnecting: say("Reconnecting…"),
  silent: say("No news for a while"),
  "signed-out": say("Signed out"),
};
const sign = /** @type {HTMLElement} */ (document.getElementById("live")); // on pages with a stream
const [word, since] = sign?.children ?? [];
let announced = "live";
let later = 0;

/** @param {number} milliseconds */
function silentFor(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 120) return say("No news for %(seconds)s s", { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return say("No news for %(minutes)s min", { minutes });
  return say("No news for %(hours)s h", { hours: Math.floor(minutes / 60) });
}

/** @param {string} state @param {string} text */
function announce(state, text) {
  clearTimeout(later);
  if (state === announced) return;
  later = setTimeout(() => {
    announced = state;
    write(byId("announcement"), text);
  }, LASTING);
}

// When the stream is over, cards can still be read, as somebody is cooking them, but not tapped.
/** @param {string} state */
function close(state) {
  for (const control of document.querySelectorAll(".card :is(button, details)")) control.inert = true;
  if (state !== "signed-out") return;
  sign.append(make("a", { href: `/login?next=${encodeURIComponent(location.pathname)}`, textContent: say("Sign in") }));
}

// `state` is a key of WORDS or `ended`; `asOf` the server's moment when the picture was last known to be true.
/** @param {string} state @param {{ silence: number, asOf: number }} about */
export function show(state, { silence, asOf }) {
  const text = WORDS[state] ?? sign.dataset.ended;
  const isOver = state === "signed-out" || state === "ended";
  write(word, state === "silent" ? silentFor(silence) : text);
  const time = () => when(asOf, sign.dataset.zone, now());
  if (isOver) write(since, say("— as it was at %(time)s", { time: time() }));
  else if (state === "offline") write(since, say("· as of %(time)s (%(ago)s ago)", { time: time(), ago: lasting(now() - asOf) }));
  else write(since, state === "silent" || state === "reconnecting" ? say("as of %(time)s", { time: time() }) : "");
  if (document.body.dataset.live === state) return;
  sign.dataset.state = document.body.dataset.live = state;
  announce(state, text);
  if (isOver) close(state);
}
