// Charts where the page has room for them, each with a button for every file that it can be saved as.
import { one } from "../core/dom.js";
import { draw } from "./charts.js";
import { save } from "./chart_file.js";

const PAPER = "640px"; // of what a sheet of A4 leaves a chart

const figures = [...document.querySelectorAll("figure.chart")];
const charts = figures.map((figure) => {
  /** @type {ChartData} */
  const data = JSON.parse(one(figure, "script").textContent);
  const picture = one(figure, ".picture");
  for (const hidden of figure.querySelectorAll("[hidden]")) hidden.hidden = false;
  const chart = draw(picture, data);
  figure.addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-save]")?.dataset.save;
    if (kind) save(chart.echarts, kind, figure.dataset);
  });
  return { picture, ...chart };
});
const redrawAll = () => { for (const chart of charts) chart.redraw(); };

new MutationObserver(redrawAll)
  .observe(document.documentElement, { attributeFilter: ["data-theme"] });

// Paper is light and small. Drawn once more, a chart is printed as one picture, and not stroke by stroke.
/** @param {HTMLCanvasElement} drawn */
function pictureOf(drawn) {
  const picture = document.createElement("canvas");
  picture.width = drawn.width;
  picture.height = drawn.height;
  picture.getContext("2d")?.drawImage(drawn, 0, 0);
  return picture;
}

/** @type {string | undefined} */
let shown;
addEventListener("beforeprint", () => {
  shown = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  for (const { picture, echarts, putOnPaper } of charts) {
    picture.style.inlineSize = PAPER;
    putOnPaper(true);
    picture.after(pictureOf(echarts.renderToCanvas({ pixelRatio: 3 })));
    picture.hidden = true;
  }
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = shown;
  for (const { picture, putOnPaper } of charts) {
    picture.nextElementSibling?.remove();
    picture.hidden = false;
    picture.style.inlineSize = "";
    putOnPaper(false);
  }
});
