// Ages that tick and cards that leave when their time is over, by the server's clock.
const skew = Number(document.body.dataset.now) - Date.now();

function tick() {
  const now = Date.now() + skew;
  for (const time of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((now - Number(time.dataset.since)) / 60_000));
    const text = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
    if (time.textContent !== text) time.textContent = text;
  }
  for (const card of document.querySelectorAll("[data-gone-at]")) {
    if (Number(card.dataset.goneAt) <= now) card.remove();
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);
