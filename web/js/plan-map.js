// A hall drawn as one path per colour: what is under the pointer is found in the list of cells, not in thousands of elements.
export function startPlanMaps(root) {
  for (const figure of root.querySelectorAll("figure.hall:not([data-live-plan])")) {
    figure.dataset.livePlan = "";
    watch(figure);
  }
}

function watch(figure) {
  const svg = figure.querySelector("svg");
  const told = figure.querySelector("output");
  const mark = figure.querySelector(".hall-mark");
  const cells = JSON.parse(figure.querySelector("script").textContent);
  let chosen = -1;

  function choose(index) {
    chosen = index;
    mark.toggleAttribute("hidden", index < 0);
    svg.classList.toggle("is-over", index >= 0);
    if (index < 0) return void (told.textContent = figure.dataset.hint ?? "");
    const [x, y, w, h, label] = cells[index];
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) mark.setAttribute(name, value);
    told.textContent = label;
  }

  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return cells.findIndex(([x, y, w, h]) => point.x >= x && point.x < x + w && point.y >= y && point.y < y + h);
  };
  const go = () => chosen >= 0 && cells[chosen][5] && location.assign(cells[chosen][5]);
  svg.addEventListener("pointermove", (event) => choose(at(event)));
  svg.addEventListener("pointerleave", () => choose(-1));
  svg.addEventListener("click", (event) => {
    choose(at(event));
    go();
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Enter") return go();
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    choose(chosen < 0 ? 0 : neighbour(cells, chosen, step));
  });
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The nearest cell in a direction: how far along counts once, how far aside counts three times. */
function neighbour(cells, from, [dx, dy]) {
  const [x0, y0] = cells[from];
  let best = from;
  let least = Infinity;
  for (let index = 0; index < cells.length; index++) {
    const along = (cells[index][0] - x0) * dx + (cells[index][1] - y0) * dy;
    const aside = Math.abs((cells[index][0] - x0) * dy) + Math.abs((cells[index][1] - y0) * dx);
    if (along > 0 && along + 3 * aside < least) [best, least] = [index, along + 3 * aside];
  }
  return best;
}
