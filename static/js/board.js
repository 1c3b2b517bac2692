// A card never goes back: an older version is dropped, whatever order answers and pushes arrive in.
const versions = new Map();

function remember(card, version) {
  versions.set(card, Math.max(version, versions.get(card) ?? 0));
}

document.addEventListener("htmx:before:swap", (event) => {
  const tasks = event.detail.tasks;
  const fresh = tasks.filter(({ swapSpec }) => !swapSpec?.card || swapSpec.version >= (versions.get(swapSpec.card) ?? 0));
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
