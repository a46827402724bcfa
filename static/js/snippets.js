// A snippet goes into the prompt where the caret is, its settings into their controls. "{prompt}" in it stands for what
// is written already.
const prompt = () => document.getElementById("prompt");

function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function joined(text) {
  const before = prompt().value;
  if (text.includes("{prompt}")) return text.replaceAll("{prompt}", before.trim());
  const at = prompt().selectionStart || before.length; // at the very start nobody has put it anywhere yet
  const [left, right] = [before.slice(0, at), before.slice(at)];
  const gap = (side) => (side && !/[\s,(]$/.test(side) ? (/^[,.;]/.test(text) ? "" : ", ") : "");
  return left + gap(left) + text + (right && !/^[\s,.)]/.test(right) ? ", " : "") + right;
}

function set(name, value) {
  for (const field of document.querySelectorAll(`#composer [name="${CSS.escape(name)}"]:not([type=hidden])`)) {
    if (field.type === "checkbox") field.checked = ["on", "true", "True"].includes(value);
    else if (field.type === "radio") field.checked = field.value === value;
    else if (field.type !== "select-one" || [...field.options].some((option) => option.value === value)) field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// The menu is fetched when it is opened: most prompts need none of it.
document.addEventListener("toggle", ({ target }) => {
  const list = target.open && target.matches?.("[data-snippets]") ? target.querySelector("[data-menu]") : null;
  if (list) htmx.ajax("GET", list.dataset.menu, { source: list, target: list, swap: "innerHTML" });
}, { capture: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-insert]");
  if (!link || !prompt() || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.insert) write(prompt(), joined(link.dataset.insert));
  for (const [name, value] of Object.entries(JSON.parse(link.dataset.values || "{}"))) set(name, value);
  link.closest("details")?.removeAttribute("open");
  prompt().focus();
});
