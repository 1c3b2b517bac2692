// p50 and p90 side by side for each stage, shift, day or restaurant, and the targets as lines across.
import { PLAIN, striped } from "./palette.js";
import { END, isMirrored, label, START, timeAxis, written } from "./times.js";

const MOST_LABELLED = 16;
const LINE = 16; // pixels of a line of text
const LETTER = 6.6;
const LEGEND = 24; // pixels of a line of it
/** Two lines of a name beside its bars. @param {number} height of one */
const twoLines = (height) => ({ overflow: "break", lineOverflow: "truncate", lineHeight: height, height: 2 * height });
// Bars that lie grow from their names, which stand where reading begins; those that stand follow each other from there.

/** @param {string} name @param {(number | null)[]} values @param {string} colour @param {object} decal @param {ChartData} data @param {Colours} colours */
function series(name, values, colour, decal, data, colours) {
  return {
    name,
    type: "bar",
    data: values,
    barMaxWidth: 36,
    barGap: "8%",
    itemStyle: { color: colour, decal },
    label: {
      show: values.length <= MOST_LABELLED,
      position: data.isLying ? END : "top",
      formatter: (/** @type {{ value: number }} */ { value }) => label(value, data.beyond),
      color: colours.ink,
      fontSize: data.isOnPaper ? 10 : 12,
      backgroundColor: colours.surface,
      padding: data.isOnPaper ? [0, 2] : [3, 3],
    },
    labelLayout: { hideOverlap: true },
  };
}

/** @param {ChartData} data @param {Colours} colours */
function targetLines({ targets, isLying }, colours) {
  return {
    silent: true, symbol: "none",
    lineStyle: { color: colours.target, width: 2, type: "dashed" },
    data: targets.map(([seconds, label], place) => ({
      [isLying ? "xAxis" : "yAxis"]: seconds,
      label: {
        formatter: written(label),
        position: isLying ? "start" : "end",
        distance: isLying ? 4 + LINE * place : 6,
        color: colours.target,
        fontWeight: "bold",
      },
    })),
  };
}

// What held on each day, as a step where it changed: beneath each other as rows, a step is a change of column.
/** @param {(number | null)[]} seconds @param {ChartData} data @param {Colours} colours */
function steps(seconds, { isLying }, colours) {
  return {
    type: "line",
    step: "middle",
    silent: true,
    symbol: "none",
    connectNulls: false,
    z: 3,
    data: isLying ? seconds.map((each, place) => [each, place]) : seconds,
    lineStyle: { color: colours.target, width: 2, type: "dashed" },
    itemStyle: { color: colours.target },
    tooltip: { show: false },
  };
}

/** @param {ChartData} data @param {Colours} colours @param {boolean} isNarrow */
export function bars(data, colours, isNarrow) {
  const stepped = data.steps.flat().filter((seconds) => seconds !== null);
  const all = [...data.p50, ...data.p90, ...data.targets.map(([seconds]) => seconds), ...stepped];
  const lines = data.targets.map(([, label]) => label);
  const names = {
    type: "category",
    data: data.labels.map((label, place) => written(place === data.worst ? `▲ ${label}` : label)),
    inverse: data.isLying || isMirrored,
    position: data.isLying ? START : "bottom",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: {
      color: colours.ink,
      hideOverlap: true,
      width: isNarrow ? 90 : 180,
      ...(data.isLying && twoLines(data.isOnPaper ? 13 : LINE)),
      ...(data.labels.length <= MOST_LABELLED && data.isLying && { interval: 0, hideOverlap: false }),
    },
  };
  // The bars of one name keep their order, whatever that of the names.
  const isTurned = isMirrored && !data.isLying;
  const times = { ...timeAxis(all, colours, isNarrow && data.isLying ? 3 : 6), inverse: data.isLying && isMirrored };
  const [half, nine] = data.names.map(written);
  const drawn = [
    series(half, data.p50, colours.p50, PLAIN, data, colours),
    { ...series(nine, data.p90, colours.p90, striped(colours.surface), data, colours), markLine: targetLines(data, colours) },
  ];
  const legend = isNarrow ? 2 * LEGEND : LEGEND;
  const room = data.isLying || !lines.length ? 64 : 24 + LETTER * Math.max(...lines.map((line) => line.length));
  return {
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: (/** @type {{ dataIndex: number }[]} */ [{ dataIndex }]) => written(data.said[dataIndex]) },
    legend: { orient: isNarrow ? "vertical" : "horizontal", data: isMirrored ? [nine, half] : [half, nine], top: 0, [START]: 0, align: START, textStyle: { color: colours.ink }, itemWidth: 24 },
    grid: { top: legend + (data.isLying ? 8 + LINE * data.targets.length : 20), bottom: 8, ...beside(END, room), outerBoundsMode: "same" },
    xAxis: data.isLying ? times : names,
    yAxis: data.isLying ? names : { ...times, position: START },
    markLine: { z: 1 }, // behind the bars: what they say stays whole
    series: [...(isTurned ? drawn.reverse() : drawn), ...data.steps.map((line) => steps(line, data, colours))],
  };
}

// Room on one side for what is written at the end of bars or lines.
/** @param {string} side @param {number} room */
const beside = (side, room) => ({ left: 8, right: 8, [side]: room });
