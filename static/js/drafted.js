// The settings are kept in this browser as long as the words they were chosen for (draft.js), and come back with them.
// What the address asks for, and what the form no longer has, is left alone.
const KEPT = "safelight.draft.settings";
const prompt = () => document.getElementById("prompt");
const fields = () => document.querySelectorAll("#composer [data-settings] [name]:not([type=hidden])");

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // storage is blocked, or holds something else
  }
}

function keep() {
  const kept = {};
  for (const { type, name, value, checked } of fields()) {
    if (type === "checkbox") kept[name] = checked;
    else if (type !== "radio" || checked) kept[name] = value;
  }
  try {
    if (prompt()?.value.trim()) localStorage.setItem(KEPT, JSON.stringify(kept));
    else localStorage.removeItem(KEPT);
  } catch {
    // Storage is blocked: the settings live as long as the page.
  }
}

function put(field, value) {
  if (field.type === "checkbox") field.checked = value === true;
  else if (field.type === "radio") field.checked ||= field.value === value;
  else if (field.type !== "select-one" || [...field.options].some((option) => option.value === value)) field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function restore() {
  const asked = new URLSearchParams(location.search);
  const kept = read();
  for (const field of fields()) if (Object.hasOwn(kept, field.name) && !asked.has(field.name)) put(field, kept[field.name]);
}

if (prompt() && "drafted" in prompt().dataset) restore();

document.addEventListener("input", ({ target }) => {
  if (fields().length && document.getElementById("composer").contains(target)) keep();
});
