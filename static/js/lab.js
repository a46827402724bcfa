// The grid lab: values that fit a setting are shown as an example in its field, what replaces words is shown only for
// words, and the number of pictures is counted anew while the form is filled in.
const CHANGED_MS = 400;
const form = document.querySelector("[data-lab]");
let timer = 0;

function show(select) {
  const side = select.dataset.side;
  const option = select.selectedOptions[0];
  form.elements[`${side}-values`].placeholder = option?.dataset.hint ?? "";
  form.querySelector(`[data-find="${side}"]`).hidden = option?.value !== "prompt";
}

function count() {
  const isChosen = [...form.querySelectorAll("[data-side]")].some((select) => select.value);
  if (!isChosen && !form.elements.prompt?.value.includes("{")) return;
  htmx.ajax("POST", form.action, { source: form, target: "#lab-count", swap: "outerHTML" });
}

form?.addEventListener("input", ({ target }) => {
  if (target.dataset.side) show(target);
  clearTimeout(timer);
  timer = setTimeout(count, CHANGED_MS);
});

if (form) {
  form.querySelectorAll("[data-side]").forEach(show);
  count();
}
