// Pictures dragged onto an album or a tag of the shelf, which shows while something is dragged; in an album onto
// another picture, to stand before it. The bar of chosen pictures does the same by keyboard and touch.
const form = document.querySelector("[data-bulk]");
const shelf = document.querySelector("[data-shelf]");
const orders = document.querySelector("[data-orders]");
let dragged = null;

const box = (print) => print.querySelector('input[name="id"]');

function over(target) {
  for (const each of document.querySelectorAll("[data-over], [data-before]")) {
    each.removeAttribute("data-over");
    each.removeAttribute("data-before");
  }
  target?.toggleAttribute(target.dataset.drop ? "data-over" : "data-before", true);
}

function place(target) {
  const found = target.closest?.("[data-drop]");
  return found ?? (orders ? target.closest?.("[data-orders] .print") : null);
}

function press(verb, field, value) {
  form.elements[field].value = value;
  form.requestSubmit(form.querySelector(`button[value="${verb}"]`));
}

async function reorder(before) {
  const values = { output: dragged.dataset.output, before: before.dataset.output };
  before.before(dragged);
  await htmx.ajax("POST", orders.dataset.orders, { values, swap: "none" });
}

document.addEventListener("dragstart", (event) => {
  const print = event.target.closest?.("#days .print");
  if (!print || !form || !shelf) return;
  dragged = print;
  event.dataTransfer.effectAllowed = "copyMove";
  setTimeout(() => (shelf.hidden = false)); // not in this turn: a change of the page would end the drag
});

document.addEventListener("dragover", (event) => {
  const target = dragged && place(event.target);
  if (!target || target === dragged) return over(null);
  event.preventDefault();
  over(target);
});

document.addEventListener("drop", (event) => {
  const target = dragged && place(event.target);
  if (!target || target === dragged) return;
  event.preventDefault();
  if (!target.dataset.drop) reorder(target);
  else {
    if (!box(dragged).checked) box(dragged).click();
    press(target.dataset.drop === "into" ? "place" : "tag", target.dataset.drop, target.dataset.value);
  }
});

document.addEventListener("dragend", () => {
  over(null);
  dragged = null;
  if (shelf) shelf.hidden = true;
});
