// The colours and the font of the style sheet, for a canvas that cannot read it.
import { colour } from "./theme.js";

const range = (name, count) => Array.from({ length: count }, (_, index) => colour(`${name}-${index + 1}`));

export function palette() {
  return {
    categories: range("cat", 8),
    sequence: range("seq", 7),
    divergence: range("div", 7),
    text: colour("text"),
    quiet: colour("text-2"),
    line: colour("line"),
    strong: colour("line-strong"),
    surface: colour("surface"),
    good: colour("good"),
    bad: colour("bad"),
    warn: colour("warn"),
    accent: colour("accent"),
    scale: parseFloat(getComputedStyle(document.documentElement).fontSize) / 16,
    font: getComputedStyle(document.body).fontFamily,
  };
}
