// Everything that a page loads first. Pages read well without it; each module adds one thing.
import htmx from "htmx.org";
import { startCharts } from "./chart-loader.js";
import { startDialogs } from "./dialogs.js";
import { countTicks, startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startPlanMaps } from "./plan-map.js";
import { startTheme } from "./theme.js";
import { startTips } from "./tips.js";

startTheme();
startForms();
startDialogs();
startKeys();
startTips();
startLive();

/** Runs what looks for elements, over the page and over each part that htmx puts into it. */
function enhance(root) {
  startCharts(root);
  startPlanMaps(root);
  countTicks(root);
}

enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
document.addEventListener("click", (event) => event.target.closest?.("[data-print]") && print());
document.documentElement.dataset.ready = "";
window.htmx = htmx;
