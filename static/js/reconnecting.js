// A line that stays lost while a picture is awaited is said, quietly, until it is back; data-cut on the page's root tells
// developing.js that no count goes on meanwhile.
const PATIENCE_MS = 3000;
const AWAITED = '[data-prediction]:is([data-status="starting"], [data-status="processing"])';
let timer = 0;

function say(words) {
  const place = document.querySelector("[data-line]");
  if (place && place.textContent !== words) place.textContent = words;
  document.documentElement.toggleAttribute("data-cut", Boolean(words));
}

function look() {
  const isMissed = !document.hidden && document.querySelector(AWAITED); // a hidden tab gives its line up by itself
  say(isMissed ? "Reconnecting…" : "");
  timer = setTimeout(look, PATIENCE_MS);
}

document.addEventListener("safelight:lost", () => {
  timer ||= setTimeout(look, PATIENCE_MS);
});

document.addEventListener("safelight:open", () => {
  clearTimeout(timer);
  timer = 0;
  say("");
});
