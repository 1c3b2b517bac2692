// Ages that tick, timers that become due and late, cards that leave when their time is over: by the server's clock.
const skew = Number(document.body.dataset.now) - Date.now();

function lasting(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The server says when, with the page and with every change of a target; here it only comes true.
function turn(clock, now) {
  const late = now - Number(clock.dataset.lateAt);
  const state = late > 0 ? "late" : now >= Number(clock.dataset.dueAt) ? "due" : "calm";
  if (clock.dataset.timer !== state) clock.dataset.timer = state;
  const words = { calm: "", due: "due", late: late < 60_000 ? "late" : `late by ${lasting(late)}` };
  write(clock.querySelector(".timer"), words[state]);
}

function tick() {
  const now = Date.now() + skew;
  for (const time of document.querySelectorAll("[data-since]")) write(time, lasting(now - Number(time.dataset.since)));
  for (const clock of document.querySelectorAll("[data-late-at]")) turn(clock, now);
  for (const estimate of document.querySelectorAll("[data-over-at]")) {
    estimate.toggleAttribute("data-over", now >= Number(estimate.dataset.overAt));
  }
  for (const card of document.querySelectorAll("[data-gone-at]")) {
    if (Number(card.dataset.goneAt) <= now) card.remove();
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);
document.addEventListener("retimed", tick);
