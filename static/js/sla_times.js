// Seconds as people read them, and marks of an axis where people expect them.
const STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, "0")} s`;
}

// Enough for a label: the tooltip and the table are exact.
export function short(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 3600 * 1.5 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export function timeAxis(values, colours, mostMarks) {
  const most = Math.max(1, ...values.filter((value) => value !== null));
  const interval = STEPS.find((step) => most / step <= mostMarks) ?? STEPS.at(-1);
  return {
    type: "value",
    min: 0,
    max: Math.ceil((most * 1.05) / interval) * interval,
    interval,
    axisLabel: { formatter: (seconds) => (seconds ? short(seconds) : "0"), color: colours.muted },
    splitLine: { lineStyle: { color: colours.line } },
  };
}
