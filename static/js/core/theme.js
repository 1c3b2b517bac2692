// Dark or light, rail or columns, how large: what this device chose last, else what the page was made for. Runs before
// the first paint.
(() => {
  const page = document.documentElement;
  if (page.dataset.density && innerHeight < 700 && innerWidth > 600) page.dataset.density = "compact"; // a low screen
  for (const look of ["theme", "view", "density"]) {
    const kept = localStorage.getItem(look);
    if (kept && page.dataset[look]) page.dataset[look] = kept;
  }
  addEventListener("click", (event) => {
    if (!/** @type {Element} */ (event.target).closest("[data-theme-toggle]")) return;
    page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", page.dataset.theme);
  });
})();
