// The composer: filled from examples and earlier pictures, sent once by button or Ctrl+Enter, emptied when it was taken.
// The form itself is htmx's, and a plain one without scripts; draft.js keeps what is typed.
const form = () => document.getElementById("composer");
const prompt = () => document.getElementById("prompt");
const seed = () => form().querySelector("[data-seed-input]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const DOUBLE_MS = 600;
let takenAt = -Infinity;
let held = null; // an example that was sent by a click: its words stay, to go on from; its seed does not

function tell(text) {
  document.dispatchEvent(new CustomEvent("safelight:kept", { detail: text }));
}

function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function show() {
  prompt().focus({ preventScroll: true });
  prompt().setSelectionRange(prompt().value.length, prompt().value.length);
  scrollTo({ top: 0, behavior: calm.matches ? "instant" : "smooth" });
}

function fill({ dataset }) {
  if (prompt().value !== dataset.fill) tell(prompt().value);
  write(prompt(), dataset.fill);
  const before = seed()?.value;
  if (dataset.seed && seed()) write(seed(), dataset.seed);
  show();
  if (!("send" in dataset)) return;
  held = { words: dataset.fill, seed: before };
  form().requestSubmit();
}

async function reuse(link) {
  tell(prompt().value);
  // Not from the form: what it holds would go along, and win over what the link asks for.
  await htmx.ajax("GET", link.href, { source: link, target: "#composer", select: "#composer", swap: "outerHTML" });
  write(prompt(), prompt().value);
  show();
}

function forget() {
  for (const place of form().querySelectorAll("[data-error]")) place.textContent = "";
  for (const field of form().querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const gone of form().querySelectorAll("[data-marks], #composer-warned")) gone.remove();
}

function taken(sent) {
  takenAt = performance.now();
  tell(sent);
  forget();
  const lines = (text) => text.replaceAll("\r\n", "\n");
  if (lines(prompt().value) !== lines(sent)) return; // typed on meanwhile
  if (sent !== held?.words) write(prompt(), "");
  else if (seed()) write(seed(), held.seed);
  held = null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-fill], a[data-reuse]");
  if (!link || !prompt() || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if ("fill" in link.dataset) fill(link);
  else reuse(link);
});

// The second half of a double click or double press may come after the answer, when the field is empty again.
document.addEventListener("submit", (event) => {
  if (event.target !== form() || prompt().value || performance.now() - takenAt > DOUBLE_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form()?.contains(event.target)) return;
  event.preventDefault();
  if (!event.repeat) form().requestSubmit(form().querySelector("[data-plan] button"));
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === form()) form().setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", () => form()?.removeAttribute("aria-busy"));

// Another way to the same prediction may have been faster (the live line, a double click): one place for each.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const { fragment, swapSpec } of tasks ?? []) {
    const made = swapSpec?.style === "afterbegin" ? fragment.querySelector?.("[data-prediction]") : null;
    const shown = made ? document.getElementById(made.id) : null;
    if (shown && Number(shown.dataset.seq) > Number(made.dataset.seq)) made.remove();
    else shown?.remove();
  }
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== form() || ctx.request.method !== "POST" || ctx.response.status !== 200) return;
  taken(ctx.request.body.get(prompt().name) ?? "");
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === form() && ctx.response?.status >= 400) form().querySelector("[aria-invalid]")?.focus();
});
