// Words that a rule found: the first is selected in its field when it is told, each by its own button.
function select({ dataset }) {
  const field = document.querySelector(`#composer [name="${CSS.escape(dataset.mark)}"]`);
  if (!field?.setSelectionRange) return;
  field.focus();
  field.setSelectionRange(Number(dataset.start), Number(dataset.end));
}

document.addEventListener("click", ({ target }) => {
  const mark = target.closest?.("[data-mark]");
  if (mark) select(mark);
});

function first() {
  const marks = document.querySelector("#composer [data-marks]:not([data-told])");
  if (!marks) return;
  marks.dataset.told = ""; // gone again with the next answer
  select(marks.querySelector("[data-mark]"));
}

document.addEventListener("htmx:after:swap", first);
first();
