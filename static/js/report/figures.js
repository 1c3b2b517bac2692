// Charts where the page has room for them, each with a button for every file that it can be saved as.
import { one } from "../core/dom.js";
import { draw } from "./charts.js";
import { save } from "./chart_file.js";

const figures = [...document.querySelectorAll("figure.chart")];
const redraws = figures.map((figure) => {
  /** @type {ChartData} */
  const data = JSON.parse(one(figure, "script").textContent);
  const picture = one(figure, ".picture");
  for (const hidden of figure.querySelectorAll("[hidden]")) hidden.hidden = false;
  const chart = draw(picture, data);
  figure.addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-save]")?.dataset.save;
    if (kind) save(chart.echarts, kind, figure.dataset);
  });
  return chart.redraw;
});

new MutationObserver(() => { for (const redraw of redraws) redraw(); })
  .observe(document.documentElement, { attributeFilter: ["data-theme"] });
