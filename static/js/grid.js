// A grid that fills: a prediction that the page does not show yet has got its cell meanwhile, so the table is fetched
// anew. What is in the table already comes by the live line alone.
const FETCH_AFTER_MS = 250; // several cells get their predictions at once
let timer = 0;

function table() {
  return document.getElementById("grid");
}

async function fetchTable() {
  timer = 0;
  await htmx.ajax("GET", location.pathname, { source: table(), target: "#grid", select: "#grid", swap: "outerMorph" });
}

function soon() {
  timer ||= setTimeout(fetchTable, FETCH_AFTER_MS);
}

document.addEventListener("safelight:prediction", ({ detail: { id, status } }) => {
  const isOver = !["starting", "processing"].includes(status);
  if (isOver || (table().hasAttribute("data-open") && !document.getElementById(`prediction-${id}`))) soon();
});

document.addEventListener("safelight:open", () => table().hasAttribute("data-open") && soon());
