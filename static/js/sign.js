// How the page says what it knows of its stream: to the eye at once, to the ear what lasts.
const LASTING = 3000; // milliseconds
const WORDS = {
  connecting: "Connecting…",
  "catching-up": "Catching up…",
  live: "Live",
  reconnecting: "Reconnecting…",
  silent: "No news for a while",
  "signed-out": "Signed out",
};
const sign = document.getElementById("live");
const [word, since] = sign?.children ?? [];
const skew = Number(document.body.dataset.now) - Date.now();
let announced = "live";
let later = null;

function lasted(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function clock(moment) {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: sign.dataset.zone || undefined };
  return new Intl.DateTimeFormat("en", form).format(moment + skew);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function announce(state, text) {
  clearTimeout(later);
  if (state === announced) return;
  later = setTimeout(() => {
    announced = state;
    write(document.getElementById("announcement"), text);
  }, LASTING);
}

// Cards of whoever has signed out may be read, for somebody is still cooking them, but not moved.
function close(state) {
  for (const control of document.querySelectorAll(".card form, .card details")) control.inert = true;
  const link = document.createElement("a");
  if (state === "signed-out") {
    link.href = `/login?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = "Sign in";
    sign.append(link);
  }
}

// `state` is a key of WORDS or `ended`; `asOf` the moment when the picture was last known to be true.
export function show(state, { silence, asOf }) {
  const text = WORDS[state] ?? sign.dataset.ended;
  const isOver = state === "signed-out" || state === "ended";
  write(word, state === "silent" ? `No news for ${lasted(silence)}` : text);
  if (isOver) write(since, ` — as it was at ${clock(asOf)}`);
  else write(since, state === "silent" || state === "reconnecting" ? ` as of ${clock(asOf)}` : "");
  if (document.body.dataset.live === state) return;
  sign.dataset.state = document.body.dataset.live = state;
  announce(state, text);
  if (isOver) close(state);
}
