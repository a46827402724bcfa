// What a new prediction goes on from: forgotten when one says so, or when the prompt is emptied to begin anew.
function forget(form) {
  const field = form?.querySelector("[data-origin]");
  if (!field?.value) return;
  field.value = "";
  field.parentElement.hidden = true;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-origin-end]");
  if (!button) return;
  forget(button.form);
  document.getElementById("prompt")?.focus();
});

document.addEventListener("input", ({ target }) => {
  if (target.id === "prompt" && !target.value.trim()) forget(target.form);
});
