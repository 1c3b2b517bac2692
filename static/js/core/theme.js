// Dark or light: what this device chose last, else what the page was made for. Runs before the first paint.
(() => {
  const page = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept) page.dataset.theme = kept;
  addEventListener("click", (event) => {
    if (!/** @type {Element} */ (event.target).closest("[data-theme-toggle]")) return;
    page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", page.dataset.theme);
  });
})();
