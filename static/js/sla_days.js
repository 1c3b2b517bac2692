// How much was in target from day to day, and at which hours of the week it is slow.
import { duration, short } from "./sla_times.js";

export function shares({ labels, shares: percents, judged }, colours) {
  const said = (place) => (percents[place] === null ? "no order with a target" : `${percents[place]} % of ${judged[place].toLocaleString("en")} in target`);
  const known = percents.filter((percent) => percent !== null);
  return {
    tooltip: { trigger: "axis", formatter: ([{ dataIndex }]) => `${labels[dataIndex]}\n${said(dataIndex)}` },
    grid: { top: 16, bottom: 8, left: 8, right: 24, outerBoundsMode: "same" },
    xAxis: { type: "category", data: labels, axisLabel: { color: colours.ink, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value} %", color: colours.muted }, splitLine: { lineStyle: { color: colours.line } } },
    series: [{
      name: "In target",
      type: "line",
      data: percents,
      symbol: "circle",
      showAllSymbol: true,
      symbolSize: percents.length > 40 ? 4 : 9,
      lineStyle: { color: colours.p50, width: 3 },
      itemStyle: { color: colours.p50 },
      label: {
        show: true,
        position: "bottom",
        formatter: ({ value }) => (percents.length <= 10 || value === Math.min(...known) ? `${Math.round(value)} %` : ""),
        color: colours.ink,
        fontWeight: "bold",
      },
    }],
  };
}

// Weekdays beneath each other where there is room for 24 hours beside each other; else the other way round.
export function hours(data, colours, isNarrow) {
  const counts = new Map(data.cells.map(([hour, day, , count]) => [`${hour} ${day}`, count]));
  const enough = data.cells.filter(([, , , count]) => count >= data.fewest);
  const values = (enough.length ? enough : data.cells).map(([, , seconds]) => seconds).sort((a, b) => a - b);
  // One bad hour must not make all others look alike.
  const most = Math.max(values[Math.floor(values.length * 0.95)], values[0] + 1);
  const clock = { type: "category", data: data.hours, axisTick: { show: false }, axisLabel: { color: colours.ink, hideOverlap: true } };
  const week = { type: "category", data: data.weekdays, axisTick: { show: false }, axisLabel: { color: colours.ink, interval: 0 } };
  return {
    tooltip: {
      formatter: ({ value: [x, y, , seconds] }) => {
        const [hour, day] = isNarrow ? [y, x] : [x, y];
        return `${data.weekdays[day]}, ${data.hours[hour]}\np90 ${duration(seconds)}\n${counts.get(`${hour} ${day}`)} orders`;
      },
    },
    grid: { top: 8, bottom: 56, left: 8, right: 8, outerBoundsMode: "same" },
    xAxis: isNarrow ? { ...week, position: "top" } : clock,
    yAxis: { ...(isNarrow ? clock : week), inverse: true },
    visualMap: {
      dimension: 2,
      min: values[0],
      max: most,
      calculable: false,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      text: ["slower", "faster"],
      formatter: short,
      textStyle: { color: colours.ink },
      inRange: { color: [colours.calm, colours.hot] },
    },
    series: [{
      type: "heatmap",
      data: data.cells.map((cell) => square(cell, most, data.fewest, colours, isNarrow)),
      label: { show: true, formatter: ({ value: [, , , seconds] }) => minutes(seconds), color: colours.ink },
      itemStyle: { borderColor: colours.surface, borderWidth: 1 },
    }],
  };
}

// The p90 of a handful says little: it is shown, without a colour.
function square([hour, day, seconds, count], most, fewest, colours, isNarrow) {
  const value = [...(isNarrow ? [day, hour] : [hour, day]), Math.min(seconds, most), seconds];
  if (count >= fewest) return { value };
  return { value, visualMap: false, itemStyle: { color: colours.surface }, label: { color: colours.muted } };
}

const minutes = (seconds) => (seconds < 600 ? (seconds / 60).toFixed(1) : String(Math.round(seconds / 60)));
