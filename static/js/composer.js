// The composer's text: kept until it is sent, recalled, counted near its end, filled from examples; sent by Ctrl+Enter.
// The form itself is htmx's and works without this.
const DRAFT = "safelight.draft";
const LAST = "safelight.last";
const NEAR = 0.9; // of the limit, from where the counter shows

const form = () => document.getElementById("composer");
const prompt = () => document.getElementById("prompt");

function read(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function keep(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Storage is blocked: the text lives as long as the page.
  }
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function count(area) {
  const place = document.querySelector("[data-counter]");
  const limit = Number(area.dataset.limit);
  if (!place || !limit) return;
  const length = [...area.value].length;
  place.hidden = length < NEAR * limit;
  place.textContent = `${length.toLocaleString()} of ${limit.toLocaleString()} characters`;
  place.toggleAttribute("data-over", length > limit);
}

function changed(area) {
  grow(area);
  count(area);
  keep(DRAFT, area.value);
}

function write(text) {
  const area = prompt();
  if (area.value.trim() && area.value !== text) keep(LAST, area.value);
  area.value = text;
  changed(area);
  area.focus();
  area.setSelectionRange(text.length, text.length);
}

function forget() {
  for (const place of form().querySelectorAll("[data-error]")) place.textContent = "";
  for (const field of form().querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function fill(link) {
  write(link.dataset.fill);
  if (link.dataset.seed) {
    const seed = document.querySelector("[data-seed-input]");
    if (seed) seed.value = link.dataset.seed;
    seed?.dispatchEvent(new Event("input", { bubbles: true }));
  }
  scrollTo({ top: 0, behavior: "smooth" });
  if ("send" in link.dataset) form().requestSubmit();
}

async function reuse(link) {
  keep(LAST, prompt().value);
  // Not from the form: what it holds would go along, and win over what the link asks for.
  await htmx.ajax("GET", link.href, { source: link, target: "#composer", select: "#composer", swap: "outerHTML" });
  changed(prompt());
  prompt().focus();
  scrollTo({ top: 0, behavior: "smooth" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-fill], a[data-reuse]");
  if (!link || !prompt() || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if ("fill" in link.dataset) fill(link);
  else reuse(link);
});

// The second click of a double click may come after the answer, when the field is empty again.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest?.("[data-go]")) event.preventDefault();
});

document.addEventListener("input", ({ target }) => {
  if (target === prompt()) changed(target);
});

document.addEventListener("keydown", (event) => {
  if (!form()?.contains(event.target)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat) form().requestSubmit();
  } else if (event.key === "ArrowUp" && event.target === prompt() && !event.target.value && read(LAST)) {
    event.preventDefault();
    write(read(LAST));
  }
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
  const sent = ctx.request.body.get("prompt") ?? "";
  keep(LAST, sent);
  forget();
  if (prompt().value.replaceAll("\n", "\r\n") !== sent.replaceAll(/\r?\n/g, "\r\n")) return; // typed on meanwhile
  prompt().value = "";
  changed(prompt());
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === form() && ctx.response?.status >= 400) form().querySelector("[aria-invalid]")?.focus();
});

if (prompt()) {
  const asked = new URLSearchParams(location.search);
  if (!prompt().value && !["again", "from", "prompt"].some((name) => asked.has(name))) prompt().value = read(DRAFT);
  changed(prompt());
}
