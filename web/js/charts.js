// Draws the specs that console/charts.py builds. Loaded only by pages with charts.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { palette } from "./chart-palette.js";
import { optionOf } from "./chart-option.js";

use([
  BarChart, LineChart, ScatterChart, DataZoomInsideComponent, GridComponent, LegendComponent,
  MarkLineComponent, TooltipComponent, CanvasRenderer,
]);

const drawn = new Map();
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target)?.chart.resize();
});

/** Draws one `figure.chart`; draws it again when the theme changes. */
export function drawChart(figure) {
  const place = figure.querySelector(".chart-canvas");
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const chart = init(place, null, { renderer: "canvas" });
  drawn.set(place, { chart, spec });
  paint(place, chart, spec);
  sizes.observe(place);
  chart.on("click", ({ data }) => data?.href && location.assign(data.href));
}

function paint(place, chart, spec) {
  chart.setOption(optionOf(spec, palette(), document.documentElement.lang, place.clientWidth), true);
}

function repaint() {
  for (const [place, { chart, spec }] of drawn) {
    if (place.isConnected) paint(place, chart, spec);
    else {
      chart.dispose();
      sizes.unobserve(place);
      drawn.delete(place);
    }
  }
}

document.addEventListener("theme", repaint);
document.addEventListener("htmx:after:swap", repaint);
