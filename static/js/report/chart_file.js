// A chart as a file, with a title that says what it is of: as pixels, twice as sharp, or as shapes that scale.
import { START, written } from "./times.js";

const TITLE = 40; // pixels

/** @param {Blob} blob @param {string} name */
function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {{ top?: number }[] | undefined} parts */
function lower(parts) {
  return parts?.map((part) => ({ ...part, top: (part.top ?? 0) + TITLE }));
}

/** @param {Chart} chart @param {string} renderer @param {string} title */
function titled(chart, renderer, title) {
  const size = { width: chart.getWidth(), height: chart.getHeight() + TITLE };
  const place = renderer === "svg" ? null : document.createElement("div");
  const copy = echarts.init(place, null, { renderer, ssr: renderer === "svg", ...size });
  const option = chart.getOption();
  const style = getComputedStyle(document.documentElement);
  copy.setOption({
    ...option,
    grid: lower(option.grid),
    legend: lower(option.legend),
    backgroundColor: style.getPropertyValue("--surface").trim(),
    title: { text: written(title), [START]: 4, top: 4, textStyle: { fontSize: 15, color: style.getPropertyValue("--ink").trim() } },
  });
  return copy;
}

/** @param {Chart} chart @param {string} kind @param {DOMStringMap} about */
export function save(chart, kind, { file, title = "" }) {
  const copy = titled(chart, kind === "svg" ? "svg" : "canvas", title);
  if (kind === "svg") {
    offer(new Blob([copy.renderToSVGString()], { type: "image/svg+xml" }), `${file}.svg`);
    copy.dispose();
    return;
  }
  copy.renderToCanvas({ pixelRatio: 2 }).toBlob((blob) => {
    if (blob) offer(blob, `${file}.png`);
    copy.dispose();
  });
}
