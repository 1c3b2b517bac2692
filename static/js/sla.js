// What the report page does beside showing tables: charts, their files, the running shift, the form's address.
import "./sla_running.js";
import { draw } from "./sla_charts.js";
import { save } from "./sla_files.js";

const figures = [...document.querySelectorAll("figure.chart")];
const redraws = figures.map((figure) => {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector(".picture");
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

// The address says what was chosen and no more: days only where no range is, and a range while its days stand.
const form = document.querySelector("form.choice");
form?.addEventListener("submit", ({ submitter }) => {
  const days = [form.elements.from, form.elements.to];
  const range = form.querySelector("[name=range][aria-pressed]")?.value;
  const isUntouched = range && days.every((field) => field.value === field.defaultValue);
  const chosen = submitter?.value || (isUntouched ? range : "");
  form.addEventListener("formdata", ({ formData }) => {
    if (chosen) for (const name of ["from", "to"]) formData.delete(name);
    if (chosen) formData.set("range", chosen);
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  }, { once: true });
});
