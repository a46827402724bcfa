// The up key in an empty prompt brings back the last one, and then the ones before it; down goes the other way. As soon
// as something is typed the text is one's own, and the keys move the caret again.
const LAST = "safelight.last"; // kept by draft.js
const prompt = () => document.getElementById("prompt");
let past = null; // newest first; null: not asked for yet
let asking = null;
let at = -1;
let shown = "";

function last() {
  try {
    return localStorage.getItem(LAST) ?? "";
  } catch {
    return ""; // storage is blocked
  }
}

function askForPast() {
  return (asking ??= fetchPast().finally(() => (asking = null)));
}

async function fetchPast() {
  const address = document.querySelector("[data-recent]")?.dataset.recent;
  if (!address) return;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok) past = (await answer.json()).prompts;
  } catch {
    // the next press asks again
  }
}

function known() {
  return [...new Set([last(), ...(past ?? [])].filter(Boolean))];
}

function show(text) {
  shown = text;
  prompt().value = text;
  prompt().dispatchEvent(new Event("input", { bubbles: true }));
  prompt().setSelectionRange(text.length, text.length);
}

async function step(by) {
  if (past === null) {
    if (at < 0 && known().length) {
      at = 0;
      show(known()[0]); // at once; the older ones are asked for meanwhile
      askForPast();
      return;
    }
    await askForPast();
  }
  const texts = known();
  at = Math.max(-1, Math.min(texts.length - 1, at + by));
  show(texts[at] ?? "");
}

document.addEventListener("keydown", (event) => {
  if (event.target !== prompt() || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  const isRecalled = prompt().value === shown;
  if (!isRecalled) at = -1;
  if (event.key === "ArrowUp" && (isRecalled || !prompt().value)) event.preventDefault(), step(1);
  else if (event.key === "ArrowDown" && isRecalled && at >= 0) event.preventDefault(), step(-1);
});

document.addEventListener("safelight:kept", () => {
  past = null; // there is a newer one
  at = -1;
  shown = "";
});
