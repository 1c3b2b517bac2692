// A card never goes back: an older version is dropped, whatever order answers and pushes arrive in.
const versions = new Map();

function remember(card, version) {
  versions.set(card, Math.max(version, versions.get(card) ?? 0));
}

// The same version again leaves the card alone, and with it what somebody is typing into it.
function isNews({ card, version }) {
  const known = versions.get(card) ?? 0;
  return version > known || (version === known && Number(document.getElementById(card)?.dataset.version) !== version);
}

document.addEventListener("htmx:before:swap", (event) => {
  const tasks = event.detail.tasks;
  const fresh = tasks.filter(({ swapSpec }) => !swapSpec?.card || isNews(swapSpec));
  for (const { swapSpec, fragment } of fresh) {
    if (swapSpec?.card) remember(swapSpec.card, swapSpec.version);
    for (const card of fragment?.querySelectorAll?.("[data-version]") ?? []) remember(card.id, Number(card.dataset.version));
  }
  tasks.splice(0, tasks.length, ...fresh);
});

for (const card of document.querySelectorAll("[data-version]")) remember(card.id, Number(card.dataset.version));

// The number of cards beside each column's title.
for (const counter of document.querySelectorAll("[data-count-of]")) {
  const column = document.getElementById(counter.dataset.countOf);
  new MutationObserver(() => { counter.textContent = column.children.length; }).observe(column, { childList: true });
}

// A second tap at the same spot means the card that was there, not the one that slid under the finger.
const SAME_TAP = { milliseconds: 700, pixels: 48 };
let last = null;

document.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card || !event.target.closest("button, summary, a")) return;
  const again = event.detail > 0 && last && last.card !== card.id && event.timeStamp - last.at < SAME_TAP.milliseconds
    && Math.hypot(event.clientX - last.x, event.clientY - last.y) < SAME_TAP.pixels;
  if (again) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = { card: card.id, at: event.timeStamp, x: event.clientX, y: event.clientY };
}, { capture: true });
