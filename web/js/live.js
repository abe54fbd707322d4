// Live figures: one stream of changes, written into the page once per frame.
//
// A message is {"changes": [[key, text, tone?], ...], "events": [name, ...]}. `text` replaces that of every element with
// this `data-live-key`; `tone` replaces its class `is-...`; an event is fired on the body as `live:name`, so that
// `hx-trigger="live:alerts from:body"` fetches a part of the page anew.
const FLASH_MAX = 40;
const HIDDEN_CLOSE_MS = 60000;
const waiting = new Map();
let elements;
let frame = 0;
let source;
let hiddenTimer;

export function startLive() {
  const address = document.body.dataset.live;
  if (!address) return;
  open(address);
  document.addEventListener("htmx:after:swap", () => (elements = undefined));
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (!document.hidden) return source ?? open(address);
    hiddenTimer = setTimeout(close, HIDDEN_CLOSE_MS);
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open(address));
}

function open(address) {
  close();
  source = new EventSource(address);
  source.onopen = () => show("on");
  source.onerror = () => show("off");
  source.onmessage = (event) => take(JSON.parse(event.data));
}

function close() {
  source?.close();
  source = undefined;
}

/** Keeps the last value per key until the next frame; a hidden page draws no frames, so it keeps no queue either. */
function take({ changes = [], events = [] }) {
  for (const [key, text, tone] of changes) waiting.set(key, [text, tone]);
  if (waiting.size && !frame) frame = requestAnimationFrame(write);
  for (const name of events) document.body.dispatchEvent(new CustomEvent(`live:${name}`));
}

function write() {
  frame = 0;
  elements ??= index();
  const flashed = [];
  for (const [key, [text, tone]] of waiting) {
    for (const element of elements.get(key) ?? []) {
      if (tone !== undefined) {
        for (const name of [...element.classList]) if (name.startsWith("is-")) element.classList.remove(name);
        if (tone) element.classList.add(`is-${tone}`);
      }
      if (element.textContent === text) continue;
      element.textContent = text;
      flashed.push(element);
    }
  }
  waiting.clear();
  if (flashed.length <= FLASH_MAX && !matchMedia("(prefers-reduced-motion: reduce)").matches) flashed.forEach(flash);
}

function flash(element) {
  element.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], { duration: 900, easing: "ease-out" });
}

function index() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-live-key]")) {
    const key = element.dataset.liveKey;
    found.has(key) ? found.get(key).push(element) : found.set(key, [element]);
  }
  return found;
}

function show(state) {
  const place = document.getElementById("live-state");
  if (!place) return;
  place.classList.toggle("is-good", state === "on");
  place.classList.toggle("is-warn", state === "off");
  place.querySelector("[data-words]").textContent = place.dataset[state];
  place.hidden = false;
}
