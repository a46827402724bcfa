// The prompt as it is typed: the field grows with it, its length is counted near the end, it is kept in this browser
// until it is sent, and the last one after that, for recall.js. "safelight:kept" tells of text that is sent or replaced.
const DRAFT = "safelight.draft";
const LAST = "safelight.last";
const NEAR = 0.9; // of the limit, from where the counter shows
const ASKED = ["again", "from", "prompt"]; // an address with one of these brings its own text

const prompt = () => document.getElementById("prompt");

function read(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return ""; // storage is blocked
  }
}

function keep(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Storage is blocked: the text lives as long as the page.
  }
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function count(area) {
  const place = document.querySelector("[data-counter]");
  const limit = Number(area.dataset.limit);
  if (!place || !limit) return;
  const length = [...area.value].length;
  place.hidden = length < NEAR * limit;
  place.textContent = `${length.toLocaleString()} of ${limit.toLocaleString()} characters`;
  place.toggleAttribute("data-over", length > limit);
}

function changed(area) {
  grow(area);
  count(area);
  keep(DRAFT, area.value.trim() ? area.value : "");
}

document.addEventListener("input", ({ target }) => {
  if (target === prompt()) changed(target);
});

document.addEventListener("safelight:kept", ({ detail }) => {
  if (detail.trim()) keep(LAST, detail);
});

if (prompt()) {
  const brings = new URLSearchParams(location.search);
  if (!prompt().value && !ASKED.some((name) => brings.has(name)) && read(DRAFT)) {
    prompt().value = read(DRAFT);
    prompt().dataset.drafted = ""; // for drafted.js
  }
  changed(prompt());
}
