// How a picture develops on the page: the sharp preview stays under the finished picture, which fades in once it has
// loaded; the time left counts down evenly between frames; the end is said to those who do not see it.
const FADE_MS = 420;
const TICK_MS = 1000;
const DRIFT = 0.25; // a new estimate is taken up when it differs by this much …
const DRIFT_S = 1.5; // … and by this many seconds

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const due = new WeakMap(); // element that shows a wait → {low, high}: when, on the page's clock, in seconds

htmx.registerExtension("developing", {
  // The placeholder of a finished picture is blurrier than the last preview: what is under it already may stay.
  htmx_before_morph_node: (_, { oldNode, newNode }) => !(oldNode.matches?.(".tray-under") && newNode.matches?.("[data-final]")),
});

document.addEventListener("load", ({ target }) => {
  if (document.readyState !== "complete" || calm.matches || !target.matches?.(".tray-final")) return;
  target.animate([{ opacity: 0 }, { opacity: 1 }], { duration: FADE_MS, easing: "ease-out" });
}, { capture: true });

function words(low, high) {
  const [unit, name] = high < 90 ? [1, "s"] : high < 5400 ? [60, "min"] : [3600, "h"];
  const [from, to] = [low, high].map((value) => Math.max(1, Math.round(value / unit)));
  return from === to ? `${to} ${name}` : `${from}–${to} ${name}`;
}

function settle(before, after) {
  const now = performance.now() / 1000;
  const drift = Math.abs(after - before);
  return drift > DRIFT_S && drift > DRIFT * (before - now) ? after : before;
}

function estimate(element) {
  const now = performance.now() / 1000;
  const [low, high] = [now + Number(element.dataset.low), now + Number(element.dataset.high)];
  const known = due.get(element);
  const told = `${element.dataset.low} ${element.dataset.high}`;
  if (!known) due.set(element, { low, high, told });
  else if (known.told !== told) due.set(element, { low: settle(known.low, low), high: settle(known.high, high), told });
}

function count() {
  if ("cut" in document.documentElement.dataset) return; // reconnecting.js says why
  const now = performance.now() / 1000;
  for (const element of document.querySelectorAll("[data-low]")) {
    estimate(element);
    const { low, high } = due.get(element);
    element.textContent = words(low - now, Math.max(high - now, 1));
  }
}

function say({ detail: { id, status } }) {
  const place = document.querySelector("[data-announcer]");
  const prompt = document.getElementById(`words-${id}`)?.textContent.trim();
  const ends = { succeeded: "Done", failed: "Failed", canceled: "Canceled" };
  if (place && prompt && ends[status]) place.textContent = `${ends[status]}: ${prompt.slice(0, 120)}`;
}

document.addEventListener("safelight:prediction", say);
setInterval(count, TICK_MS);
count();
