// Buttons marked data-plain send their form to another page, past the form's own way by htmx. And what was asked about a
// prompt (data-plan) is void as soon as something in the form has changed.
document.addEventListener("submit", (event) => {
  if (event.submitter && "plain" in event.submitter.dataset) event.stopPropagation();
}, { capture: true });

document.addEventListener("input", ({ target }) => {
  target.form?.querySelector("[data-plan]")?.remove();
});
