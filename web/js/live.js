// Live figures: one stream of changes, written into the page once per frame.
//
// A message is {"changes": {key: value, ...}}. A value replaces the text of every element with this `data-live-key`:
// a number in the page's language with `data-digits` decimals, null as a dash, a word as it is; with `data-live-badge`
// the word is a state, whose badge the page keeps in `#states`. An element with `data-live-refresh="fleet/*"` hears the
// event `live` when a key that fits changes, so that `hx-get` with `hx-trigger="live"` fetches it anew.
const FLASH_MAX = 40;
const HIDDEN_CLOSE_MS = 60000;
const REFRESH_MS = 2000;
const waiting = new Map();
const refreshing = new Map();
const numbers = new Map();
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
  source.onmessage = (event) => take(JSON.parse(event.data).changes ?? {});
}

function close() {
  source?.close();
  source = undefined;
}

/** Keeps the newest value of each key until the next frame. */
function take(changes) {
  const keys = Object.keys(changes);
  for (const key of keys) waiting.set(key, changes[key]);
  if (waiting.size && !frame) frame = requestAnimationFrame(write);
  for (const element of document.querySelectorAll("[data-live-refresh]")) {
    if (keys.some((key) => fits(key, element.dataset.liveRefresh))) refresh(element);
  }
}

function fits(key, pattern) {
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

/** Tells an element at once, then at most every two seconds. */
function refresh(element) {
  const last = refreshing.get(element);
  if (last?.timer) return;
  const tell = () => {
    refreshing.set(element, { at: performance.now() });
    if (element.isConnected) element.dispatchEvent(new CustomEvent("live"));
    else refreshing.delete(element);
  };
  const left = last ? REFRESH_MS - (performance.now() - last.at) : 0;
  if (left <= 0) tell();
  else refreshing.set(element, { ...last, timer: setTimeout(tell, left) });
}

function write() {
  frame = 0;
  elements ??= index();
  const changed = [];
  for (const [key, value] of waiting) {
    for (const element of elements.get(key) ?? []) if (put(element, value)) changed.push(element);
  }
  waiting.clear();
  if (changed.length <= FLASH_MAX && !matchMedia("(prefers-reduced-motion: reduce)").matches) changed.forEach(flash);
}

/** Writes one value; says whether anything is different now. */
function put(element, value) {
  if (element.dataset.liveBadge !== undefined) return badge(element, value);
  const text = told(value, element.dataset.digits);
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

function badge(element, value) {
  const kept = document.getElementById("states")?.content.querySelector(`[data-state="${CSS.escape(value ?? "unknown")}"] > *`);
  if (!kept || element.textContent === kept.textContent) return false;
  element.className = kept.className;
  element.replaceChildren(...kept.cloneNode(true).childNodes);
  return true;
}

function told(value, digits) {
  if (value === null) return "–";
  if (typeof value !== "number") return String(value);
  const places = digits === undefined ? undefined : Number(digits);
  let format = numbers.get(places);
  if (!format) {
    const options = places === undefined ? {} : { minimumFractionDigits: places, maximumFractionDigits: places };
    numbers.set(places, (format = new Intl.NumberFormat(document.documentElement.lang, options)));
  }
  return format.format(value).replace("-", "\u2212");
}

function flash(element) {
  element.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], { duration: 900, easing: "ease-out" });
}

function index() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-live-key]")) {
    const key = element.dataset.liveKey;
    if (found.has(key)) found.get(key).push(element);
    else found.set(key, [element]);
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
