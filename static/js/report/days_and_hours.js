// How much was in target from day to day, and at which hours of the week it is slow.
import { number } from "../core/i18n.js";
import { END, isMirrored, label, percent, short, START, written } from "./times.js";

/** @param {ChartData} data @param {Colours} colours */
export function shares({ labels, shares: parts, said, names }, colours) {
  const known = parts.filter((part) => part !== null);
  return {
    tooltip: { trigger: "axis", formatter: (/** @type {{ dataIndex: number }[]} */ [{ dataIndex }]) => written(said[dataIndex]) },
    grid: { top: 16, bottom: 8, [START]: 8, [END]: 24, outerBoundsMode: "same" },
    xAxis: { type: "category", inverse: isMirrored, data: labels.map(written), axisLabel: { color: colours.ink, hideOverlap: true, alignMaxLabel: END }, axisLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: "value", position: START, min: 0, max: 1, axisLabel: { formatter: percent, color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
    series: [{
      name: written(names[0]),
      type: "line",
      data: parts,
      symbol: "circle",
      showAllSymbol: true,
      symbolSize: parts.length > 40 ? 4 : 9,
      lineStyle: { color: colours.p50, width: 3 },
      itemStyle: { color: colours.p50 },
      label: {
        show: true,
        position: "bottom",
        formatter: (/** @type {{ value: number }} */ { value }) => (parts.length <= 10 || value === Math.min(...known) ? percent(value) : ""),
        color: colours.ink,
        fontWeight: "bold",
      },
    }],
  };
}

// Weekdays beneath each other where there is room for 24 hours beside each other; else the other way round.
/** @param {ChartData} data @param {Colours} colours @param {boolean} isNarrow */
export function hours(data, colours, isNarrow) {
  const enough = data.cells.filter(([, , , count]) => count >= data.fewest);
  const values = (enough.length ? enough : data.cells).map(([, , seconds]) => seconds).sort((a, b) => a - b);
  // One bad hour must not make all others look alike.
  const most = Math.max(values[Math.floor(values.length * 0.95)], values[0] + 1);
  const clock = { type: "category", data: data.hours.map(written), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colours.ink, hideOverlap: true } };
  const week = { type: "category", data: data.weekdays.map(written), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colours.ink, interval: 0, fontSize: isNarrow ? 10 : 12 } };
  return {
    tooltip: {
      formatter: (/** @type {{ dataIndex: number }} */ { dataIndex }) => written(data.said[dataIndex]),
    },
    grid: { top: 8, bottom: 56, left: 8, right: 8, outerBoundsMode: "same" },
    xAxis: { ...(isNarrow ? { ...week, position: "top" } : clock), inverse: isMirrored },
    yAxis: { ...(isNarrow ? clock : week), position: START, inverse: true },
    visualMap: {
      dimension: 2,
      min: values[0],
      max: most,
      calculable: false,
      orient: "horizontal",
      inverse: isMirrored,
      left: "center",
      bottom: 0,
      text: data.names.map(written),
      formatter: short,
      textStyle: { color: colours.ink },
      inRange: { color: [colours.calm, colours.hot] },
    },
    series: [{
      type: "heatmap",
      data: data.cells.map((cell) => square(cell, most, data.fewest, colours, isNarrow)),
      label: { show: true, formatter: (/** @type {{ value: number[] }} */ { value: [, , , seconds] }) => label(seconds, data.beyond, minutes(seconds)), color: colours.ink },
      itemStyle: { borderColor: colours.surface, borderWidth: 1 },
    }],
  };
}

// The p90 of a handful says little: it is shown, without a colour.
/** @param {HourCell} cell @param {number} most @param {number} fewest @param {Colours} colours @param {boolean} isNarrow */
function square([hour, day, seconds, count], most, fewest, colours, isNarrow) {
  const value = [...(isNarrow ? [day, hour] : [hour, day]), Math.min(seconds, most), seconds];
  if (count >= fewest) return { value };
  return { value, visualMap: false, itemStyle: { color: colours.surface }, label: { color: colours.muted } };
}

/** @param {number} seconds */
const minutes = (seconds) => number(seconds < 600 ? Number((seconds / 60).toFixed(1)) : Math.round(seconds / 60));
