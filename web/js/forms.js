// A form is sent once; what fails is told where the reader looks; filters apply as they change.
export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent !== undefined) return event.preventDefault();
    if (form.method === "dialog" || event.defaultPrevented) return;
    const key = form.elements.namedItem("idempotency_key");
    if (key && !key.value) key.value = crypto.randomUUID();
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "";
    form.setAttribute("aria-busy", "true");
  });
  // The browser may show a kept page when the reader goes back: its forms must work again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-apply]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
    const all = event.target.closest?.("[data-check-all]");
    if (all) checkAll(all);
    if (event.target.matches?.("input[type=checkbox]")) count(event.target.form);
  });
  document.addEventListener("htmx:response:error", (event) => told(event.detail.ctx));
  document.addEventListener("htmx:error", (event) => told(event.detail.ctx));
}

/** Ticks every box of the same form that has the name which the box at the head gives. */
function checkAll(all) {
  for (const box of all.form?.elements ?? []) if (box.name === all.dataset.checkAll && !box.disabled) box.checked = all.checked;
}

/** Counts what is ticked when a page or a part of it arrives: the browser may have kept the ticks. */
export function countTicks(root) {
  for (const place of root.querySelectorAll("[data-count-of]")) count(place.closest("form"));
}

/** Says how many boxes are ticked, and lets nobody act on none. */
function count(form) {
  const place = form?.querySelector("[data-count-of]");
  if (!place) return;
  const ticked = [...form.elements].filter((box) => box.name === place.dataset.countOf && box.checked).length;
  place.textContent = ticked;
  for (const button of form.querySelectorAll("[data-needs-some]")) button.disabled = ticked === 0;
}

async function told(ctx) {
  let words = document.body.dataset.failed ?? "";
  try {
    const problem = JSON.parse(ctx.text);
    words = problem.detail ?? problem.title ?? words;
  } catch {
    // An answer that is no problem document: the general sentence stands.
  }
  toast(words, "bad");
}

/** Shows a sentence for a while; screen readers say it. */
export function toast(words, tone = "info") {
  const place = document.getElementById("toasts");
  if (!place || !words) return;
  const note = Object.assign(document.createElement("p"), { className: `toast is-${tone}`, textContent: words });
  place.append(note);
  setTimeout(() => note.remove(), 8000);
}
