// Dark or light, rail or columns, how large: what this device chose last, else what the page was made for. Runs before
// the first paint. The rail is made by scripts: without them a kitchen's board shows columns.
import "./cannot_run.js";

var page = document.documentElement;
if (page.dataset.density && innerHeight < 700 && innerWidth > 600) page.dataset.density = "compact"; // a low screen
["theme", "view", "density"].forEach(function (look) {
  var kept = localStorage.getItem(look) || (look === "view" && "rail");
  if (kept && page.dataset[look]) page.dataset[look] = kept;
});
addEventListener("click", function (event) {
  if (!/** @type {Element} */ (event.target).closest("[data-theme-toggle]")) return;
  localStorage.setItem("theme", (page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark"));
});
