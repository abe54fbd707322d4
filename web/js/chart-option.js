// From our spec to ECharts' option. Nothing here knows what a chart is about.
const DASHES = ["solid", [6, 3], [2, 3], [8, 3, 2, 3]];

export function optionOf(spec, colours, lang, width) {
  const told = formats(spec, lang);
  const option = {
    animation: false,
    color: colours.categories,
    textStyle: { fontFamily: colours.font, color: colours.quiet },
    grid: { left: 8, right: spec.y.length > 1 ? 8 : 16, top: (named(spec).length > 1 ? 4 + 22 * legendRows(spec, width, colours.scale) : 0) + 28, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(spec, colours, told),
    xAxis: axisX(spec, colours, told, width),
    yAxis: spec.y.map((axis, index) => axisY(axis, index, colours, told)),
    series: spec.series.flatMap((series, index) => seriesOf(series, index, spec, colours)),
  };
  if (named(spec).length > 1) option.legend = legend(spec, colours);
  if (spec.x.kind === "time" && (spec.x.values?.length ?? 0) > 90) option.dataZoom = [{ type: "inside", zoomOnMouseWheel: "ctrl" }];
  if (option.series.length && spec.marks?.length) option.series[0].markLine = marks(spec, colours, told);
  return option;
}

const named = (spec) => spec.series.filter(({ name }) => name);

/** How numbers and instants are told, in the page's language. */
function formats(spec, lang) {
  const figures = spec.y.map((axis) => new Intl.NumberFormat(lang, { minimumFractionDigits: axis.digits ?? 0, maximumFractionDigits: axis.digits ?? 0 }));
  const short = new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 2 });
  const time = spec.x.clock ? { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: "UTC" } : { dateStyle: "medium", timeZone: "UTC" };
  const instant = new Intl.DateTimeFormat(lang, time);
  return {
    value: (value, axis = 0) => (value == null ? "–" : minus(figures[axis].format(value)) + unit(spec.y[axis].unit)),
    tick: (value) => minus(short.format(value)),
    axis: ({ name, unit: one }) => (name && one && lang.startsWith("zh") ? `${name}（${one}）` : [name, one].filter(Boolean).join(", ")),
    x: (value) => (spec.x.kind === "time" ? instant.format(new Date(value)) : String(value)),
  };
}

const minus = (words) => words.replace("-", "\u2212");
const unit = (words) => (words ? ` ${words}` : "");

function axisX(spec, colours, told, width) {
  const axis = {
    type: spec.x.kind,
    data: spec.x.kind === "category" ? spec.x.values : undefined,
    name: spec.x.kind === "value" ? spec.x.name + (spec.x.unit ? ` (${spec.x.unit})` : "") : undefined,
    nameLocation: "middle",
    boundaryGap: spec.x.kind === "category" && spec.series.some(({ kind }) => kind === "bar"),
    axisLine: { lineStyle: { color: colours.strong } },
    axisTick: { show: false },
    axisLabel: { color: colours.quiet, fontSize: 11 * colours.scale, hideOverlap: true },
    splitLine: { show: false },
    axisPointer: { label: { show: false }, lineStyle: { color: colours.strong } },
  };
  if (spec.x.kind === "category" && spec.x.values.length <= 12) {
    Object.assign(axis.axisLabel, { interval: 0, hideOverlap: false, overflow: "break", width: Math.max(36, (width - 60) / spec.x.values.length - 6) });
  }
  if (spec.x.kind === "time") axis.axisLabel.formatter = ticks(spec);
  if (spec.x.kind === "value") axis.axisLabel.formatter = told.tick;
  return axis;
}

/** Labels of a time axis in UTC: clock times within days, days within years, months beyond. */
function ticks(spec) {
  const lang = document.documentElement.lang;
  const [first, last] = [new Date(spec.x.values.at(0)), new Date(spec.x.values.at(-1))];
  const days = (last - first) / 86400000;
  const form = days <= 2 ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : days <= 200 ? { month: "short", day: "numeric" } : { year: "numeric", month: "short" };
  const format = new Intl.DateTimeFormat(lang, { ...form, timeZone: "UTC" });
  return (value) => format.format(new Date(value));
}

function axisY(axis, index, colours, told) {
  return {
    type: axis.kind,
    name: told.axis(axis),
    nameTextStyle: { color: colours.quiet, fontSize: 12 * colours.scale, align: index ? "right" : "left", padding: 0 }, nameGap: 10,
    nameMoveOverlap: false,
    position: index ? "right" : "left",
    scale: axis.zero === false,
    splitNumber: 4,
    axisLabel: { color: colours.quiet, fontSize: 11 * colours.scale, formatter: told.tick },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: index === 0, lineStyle: { color: colours.line } },
  };
}

function seriesOf(series, index, spec, colours) {
  const tone = series.tone ? colours[series.tone] : colours.categories[index % colours.categories.length];
  const data = pairs(series, spec);
  if (series.kind === "band") return band(series, spec, tone);
  if (series.kind === "dots") return { type: "scatter", name: series.name, data, symbolSize: 6, itemStyle: { color: tone, opacity: 0.8 } };
  if (series.kind === "bar") return bar(series, data, tone, colours);
  return {
    type: "line", name: series.name, data, yAxisIndex: series.axis ?? 0, stack: series.stack || undefined,
    step: series.kind === "step" ? "end" : undefined, showSymbol: data.length <= 24, symbolSize: 5, connectNulls: false, sampling: "lttb",
    lineStyle: { color: tone, width: 1.75 * colours.scale, type: DASHES[Math.floor(index / 2) % DASHES.length] }, itemStyle: { color: tone },
    areaStyle: series.kind === "area" ? { color: tone, opacity: series.stack ? 0.35 : 0.12 } : undefined, z: 3,
  };
}

function bar(series, data, tone, colours) {
  const shades = series.tones?.map((name) => colours[name]);
  const items = data.map((value, at) => ({ value, href: series.hrefs?.[at], itemStyle: { color: shades?.[at] ?? tone } }));
  const hidden = series.name === "" && !series.tones;
  return {
    type: "bar", name: series.name, data: hidden ? data : items, stack: series.stack || undefined, yAxisIndex: series.axis ?? 0, barMaxWidth: 36, barCategoryGap: "28%",
    itemStyle: hidden ? { color: "transparent" } : { borderRadius: 1 }, silent: hidden, tooltip: { show: !hidden },
  };
}

/** The space between two percentiles: an unseen line below and a filled one stacked upon it. */
function band(series, spec, tone) {
  const low = spec.x.values.map((x, at) => [x, series.low[at]]);
  const gap = spec.x.values.map((x, at) => [x, series.low[at] == null || series.high[at] == null ? null : series.high[at] - series.low[at]]);
  const common = { type: "line", name: series.name, stack: `band:${series.name}`, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, silent: true, itemStyle: { color: tone, opacity: 0.35 }, z: 1 };
  const across = spec.x.kind === "category" ? ([, y]) => y : (pair) => pair;
  return [{ ...common, data: low.map(across) }, { ...common, data: gap.map(across), areaStyle: { color: tone, opacity: series.shade ?? 0.18 } }];
}

function pairs(series, spec) {
  if (!series.values) return [];
  if (spec.x.kind === "category") return series.values;
  return series.values.map((value, at) => (Array.isArray(value) ? value : [spec.x.values[at], value]));
}

/** Rows that the legend takes: a Latin letter is a little over half as wide as it is high, a Chinese one as wide. */
function legendRows(spec, width, scale) {
  let rows = 1, used = 0;
  for (const { name } of named(spec)) {
    const item = [...name].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 7), 30) * scale;
    if (used && used + item > width) [rows, used] = [rows + 1, 0];
    used += item;
  }
  return rows;
}

function legend(spec, colours) {
  const names = named(spec).map(({ name }) => name);
  return { type: "plain", top: 0, left: 0, itemWidth: 14 * colours.scale, itemHeight: 8 * colours.scale, icon: "roundRect", textStyle: { color: colours.text, fontSize: 12 * colours.scale }, data: names, selectedMode: spec.kind !== "fan" };
}

function marks(spec, colours, told) {
  return {
    symbol: "none", silent: true,
    data: spec.marks.map((mark) => ({
      [mark.axis === "x" ? "xAxis" : "yAxis"]: mark.value,
      lineStyle: { color: colours[mark.tone] ?? colours.quiet, type: [4, 4], width: 1 },
      label: { formatter: mark.axis === "x" ? mark.name : `${mark.name} ${told.tick(mark.value)}`, position: mark.axis === "x" ? "insideEndTop" : "insideEndTop", color: colours.quiet, fontSize: 11 * colours.scale, backgroundColor: colours.surface, padding: [1, 3], distance: 1 },
    })),
  };
}

/** Rich text on the canvas: markup with styles of its own is what our content security policy forbids. */
function tooltip(spec, colours, told) {
  const common = {
    renderMode: "richText", confine: true, backgroundColor: colours.surface, borderColor: colours.strong, borderWidth: 1, padding: [8, 10],
    textStyle: { color: colours.text, fontSize: 12 * colours.scale, fontFamily: colours.font, lineHeight: 18 * colours.scale }, shadowBlur: 0,
  };
  if (spec.kind === "dots") return { ...common, trigger: "item", formatter: ({ seriesName, value }) => `${seriesName}\n${told.tick(value[0])} ${spec.x.unit} · ${told.value(value[1])}` };
  return { ...common, trigger: "axis", axisPointer: { type: "line" }, formatter: (points) => axisWords(points, spec, told) };
}

function axisWords(points, spec, told) {
  const at = points[0].dataIndex;
  const rows = spec.series.filter(({ name }) => name).map((series) => {
    if (series.kind === "band") return `${series.name}: ${told.value(series.low[at])} – ${told.value(series.high[at])}`;
    return `${series.name}: ${told.value(series.shown?.[at] ?? series.values[at], series.axis ?? 0)}`;
  });
  return [told.x(spec.x.values[at]), ...rows].join("\n");
}
