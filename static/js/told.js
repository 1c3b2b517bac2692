// Tells a manager, on whatever page, where orders are open and no screen shows them.
const told = document.getElementById("told");
const AGAIN_AFTER = 30_000; // milliseconds after which a refused stream is asked for once more
let source = null;
let isOver = false;

// The same sentences once more would be read out once more.
function tell(sentences) {
  if (told.dataset.said === sentences) return;
  told.dataset.said = sentences;
  told.innerHTML = sentences;
}

function close() {
  source?.close();
  source = null;
}

// Only the page that is looked at keeps a stream: browsers have few connections for one server.
function open() {
  if (isOver || document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
  source = new EventSource(told.dataset.stream);
  source.addEventListener("message", ({ data }) => tell(data.trim()));
  source.addEventListener("bye", () => { isOver = true; close(); tell(""); });
}

document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(); });
addEventListener("pagehide", close);
addEventListener("pageshow", open);
setInterval(open, AGAIN_AFTER);
open();
