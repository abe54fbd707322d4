// The theme switch. The server reads the cookie too, so the next page comes in the right theme at once.
const YEAR_S = 31536000;

export function startTheme() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-set-theme]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const theme = link.dataset.setTheme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
    document.documentElement.dataset.theme = theme;
    for (const other of document.querySelectorAll("[data-set-theme]")) {
      other.toggleAttribute("aria-current", other.dataset.setTheme === theme);
    }
    document.dispatchEvent(new CustomEvent("theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));
}

/** A colour of the style sheet as the browser computes it now: `light-dark()` resolved. */
export function colour(name) {
  probe ??= document.body.appendChild(Object.assign(document.createElement("i"), { hidden: true }));
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

let probe;
