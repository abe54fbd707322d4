// The theme switch. The server keeps the choice in a cookie of its own, so that the next page comes in the right theme.
export function startTheme() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-set-theme]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    fetch(link.href, { redirect: "manual" });
    document.documentElement.dataset.theme = link.dataset.setTheme;
    for (const other of document.querySelectorAll("[data-set-theme]")) {
      if (other.dataset.setTheme === link.dataset.setTheme) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    document.dispatchEvent(new CustomEvent("theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));
}

let probe;

/** A colour of the style sheet as the browser computes it now: `light-dark()` resolved. */
export function colour(name) {
  probe ??= document.body.appendChild(Object.assign(document.createElement("i"), { hidden: true }));
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
