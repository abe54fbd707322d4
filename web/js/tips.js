// Why a figure is unknown stands in its title, which a finger cannot reach: a tap tells it.
import { toast } from "./forms.js";

export function startTips() {
  document.addEventListener("click", (event) => {
    const told = event.target.closest?.(".unknown[title], .note[title]");
    if (told && !event.target.closest("a")) toast(told.title);
    const copy = event.target.closest?.("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(document.body.dataset.copied, "good"));
  });
}
