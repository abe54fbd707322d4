// Keys of people who work here all day: / searches, g and a letter goes to a page, ? shows all of them.
const WAIT_MS = 1200;

export function startKeys() {
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
    if (event.key === "/") return focusSearch(event);
    if (event.key === "?") return document.getElementById("keys")?.showModal();
    if (event.key === "g") going = event.timeStamp;
    else if (event.timeStamp - going < WAIT_MS) {
      going = 0;
      document.querySelector(`.nav a[data-go="${CSS.escape(event.key)}"]`)?.click();
    }
  });
}

function focusSearch(event) {
  const field = document.getElementById("search");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}
