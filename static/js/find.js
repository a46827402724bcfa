// The search bar: "/" goes to it, another order is sent at once, what is empty stays out of the address, and a menu
// closes when one clicks elsewhere or presses Escape.
const form = document.querySelector("[data-find] form");

form?.querySelector("[data-sends]").addEventListener("change", () => form.requestSubmit());

form?.addEventListener("formdata", ({ formData }) => {
  if (!formData.get("q")) formData.delete("q");
  if (formData.get("sort") === "newest") formData.delete("sort");
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && form && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    form.elements.q.focus();
    form.elements.q.select();
  }
  if (event.key !== "Escape") return;
  const open = document.querySelector(".menu[open]");
  if (!open) return;
  event.stopPropagation();
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
});
