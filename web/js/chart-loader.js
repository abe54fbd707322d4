// Charts are drawn only where a page has some: the library comes when the first one is in sight.
let drawing;

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "400px" });

export function startCharts(root) {
  for (const figure of root.querySelectorAll("figure.chart:not([data-drawn])")) {
    figure.dataset.drawn = "waiting";
    seen.observe(figure);
  }
}

async function draw(figure) {
  drawing ??= import(document.body.dataset.charts);
  const { drawChart } = await drawing;
  drawChart(figure);
  figure.dataset.drawn = "yes";
}
