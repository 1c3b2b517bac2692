// p50 and p90 side by side for each stage, shift, day or restaurant, and the targets as lines across.
import { PLAIN, striped } from "./sla_palette.js";
import { duration, short, timeAxis } from "./sla_times.js";

const MOST_LABELLED = 16;
const LINE = 16; // pixels of a line of text
const LETTER = 6.6;

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
      position: data.isLying ? "right" : "top",
      formatter: ({ value }) => short(value),
      color: colours.ink,
      backgroundColor: colours.surface,
      padding: [1, 2],
    },
    labelLayout: { hideOverlap: true },
  };
}

const told = ([seconds, words]) => `${words} ${short(seconds)}`;

function targetLines({ targets, isLying }, colours) {
  return {
    silent: true,
    symbol: "none",
    z: 2,
    lineStyle: { color: colours.target, width: 2, type: "dashed" },
    data: targets.map(([seconds, words], place) => ({
      [isLying ? "xAxis" : "yAxis"]: seconds,
      label: {
        formatter: told([seconds, words]),
        position: isLying ? "start" : "end",
        distance: isLying ? 4 + LINE * place : 6,
        color: colours.target,
        fontWeight: "bold",
      },
    })),
  };
}

export function bars(data, colours, isNarrow) {
  const all = [...data.p50, ...data.p90, ...data.targets.map(([seconds]) => seconds)];
  const lines = data.targets.map(told);
  const names = {
    type: "category",
    data: data.labels.map((label, place) => (place === data.worst ? `▲ ${label}` : label)),
    inverse: data.isLying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.ink, hideOverlap: true, width: isNarrow ? 90 : 180, overflow: data.isLying ? "truncate" : "none" },
  };
  const times = timeAxis(all, colours, isNarrow && data.isLying ? 3 : 6);
  return {
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: (parts) => said(data, parts) },
    legend: { top: 0, left: 0, textStyle: { color: colours.ink }, itemWidth: 24 },
    grid: { top: data.isLying ? 32 + LINE * data.targets.length : 44, bottom: 8, left: 8, right: data.isLying || !lines.length ? 64 : 24 + LETTER * Math.max(...lines.map((line) => line.length)), outerBoundsMode: "same" },
    xAxis: data.isLying ? times : names,
    yAxis: data.isLying ? names : times,
    series: [
      series("p50: half within", data.p50, colours.p50, PLAIN, data, colours),
      { ...series("p90: 9 of 10 within", data.p90, colours.p90, striped(colours.surface), data, colours), markLine: targetLines(data, colours) },
    ],
  };
}

function said(data, parts) {
  const place = parts[0].dataIndex;
  const worst = place === data.worst ? "\nworst against its target" : "";
  const lines = [data.labels[place], `p50 ${duration(data.p50[place])}`, `p90 ${duration(data.p90[place])}`];
  return `${lines.join("\n")}\n${data.orders[place].toLocaleString("en")} orders${worst}`;
}
