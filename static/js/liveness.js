// The page tells the truth about itself: connected, reconnecting, silent, signed out.
const SILENT_AFTER = 40_000;
const sign = document.getElementById("live");
let connection = null;
let lastHeard = Date.now();
let over = false;

function show(state, text) {
  if (!sign || (sign.dataset.state === state && sign.textContent === text)) return;
  sign.dataset.state = state;
  sign.textContent = text;
  document.body.dataset.live = state;
}

function signedOut() {
  over = true;
  show("signed-out", "Signed out");
  const link = document.createElement("a");
  link.href = `/login?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "Sign in";
  sign?.append(" — ", link);
}

function heard(event) {
  if (over) return;
  connection = event.detail.connection;
  lastHeard = Date.now();
  show("live", "Live");
}

document.addEventListener("htmx:sse:before:message", heard);
document.addEventListener("bye", signedOut);
document.addEventListener("htmx:sse:error", ({ detail }) => {
  if (detail.status === 401) signedOut();
  else if (!over) show("reconnecting", "Reconnecting…");
});
document.addEventListener("htmx:response:error", ({ detail }) => {
  if (detail.ctx.response.status === 401) signedOut();
});
// A tap that did not arrive must not look like one that did.
document.addEventListener("htmx:error", ({ target, detail }) => {
  const order = target.closest?.(".card")?.querySelector("h3")?.textContent.trim();
  if (!order || !detail.ctx) return;
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.textContent = `${order} was not sent: no answer from the server. Tap again.`;
  document.getElementById("notice").replaceChildren(problem);
  if (!over) show("reconnecting", "Reconnecting…");
});
addEventListener("offline", () => { if (!over) show("reconnecting", "No network"); });

setInterval(() => {
  const silence = Date.now() - lastHeard;
  if (over || silence < SILENT_AFTER) return;
  show("silent", `No news for ${Math.round(silence / 1000)} s`);
  connection?.reader?.cancel();
}, 1000);
