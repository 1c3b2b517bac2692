// A chart in its place: as wide as there is room, in the colours of the theme, without movement.
import { bars } from "./bars.js";
import { hours, shares } from "./days_and_hours.js";
import { palette } from "./palette.js";
import { START } from "./times.js";

const KINDS = { bars, shares, hours };
const BAR = 44; // pixels that two bars lying beneath their name need
const THIN_BAR = 22; // where there are so many that none says its time
const BAR_ON_PAPER = 30;
const ROW = 45; // of hours
const MOST_THICK = 16;
const NARROW = 640;
const NAMES_STAND = 720; // pixels from which names have room beneath bars that stand

/** @param {ChartData} data @param {boolean} isNarrow */
function height(data, isNarrow) {
  if (data.isOnPaper) return data.isLying ? BAR_ON_PAPER * data.labels.length + 60 + 16 * data.targets.length : 200;
  if (data.kind === "hours") return isNarrow ? 34 * data.hours.length + 90 : ROW * data.weekdays.length + 65;
  if (data.kind !== "bars" || !data.isLying) return 320;
  return (data.labels.length > MOST_THICK ? THIN_BAR : BAR) * data.labels.length + (isNarrow ? 94 : 70) + 16 * data.targets.length;
}

/** @param {Colours} colours @param {string | null} description */
function common(colours, description) {
  return {
    animation: false,
    aria: { enabled: true, label: { description } },
    textStyle: { fontFamily: colours.font, color: colours.ink },
    tooltip: {
      renderMode: "richText", // a tooltip of HTML would need inline styles
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontFamily: colours.font, align: START },
    },
  };
}

/** @param {HTMLElement} place @param {ChartData} data */
export function draw(place, data) {
  const description = place.getAttribute("aria-label");
  let isOnPaper = false;
  const isNarrow = () => !isOnPaper && place.clientWidth < NARROW;
  const laid = () => ({ ...data, isOnPaper, isLying: data.kind === "bars" && (data.isLying || isNarrow() || (place.clientWidth < NAMES_STAND && data.labels.length <= MOST_THICK)) });
  place.style.blockSize = `${height(laid(), isNarrow())}px`;
  const chart = echarts.init(place, null, { renderer: "canvas" });

  function redraw() {
    if (place.hidden) return;
    const colours = palette();
    const now = laid();
    place.style.blockSize = `${height(now, isNarrow())}px`;
    chart.resize();
    const { tooltip, ...option } = KINDS[data.kind](now, colours, isNarrow());
    const shared = common(colours, description);
    chart.setOption({ ...shared, ...option, tooltip: { ...shared.tooltip, ...tooltip } }, true);
  }

  chart.on("click", ({ dataIndex }) => {
    const orders = data.orders?.[dataIndex];
    if (orders) location.assign(orders);
  });
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== width) redraw();
    width = contentRect.width;
  }).observe(place);
  /** @param {boolean} wanted */
  function putOnPaper(wanted) {
    isOnPaper = wanted;
    redraw();
  }
  return { echarts: chart, redraw, putOnPaper };
}
