// A link marked data-with-input takes along what stands in the composer, so that its page shows the same input.
const APART = /^(csrfmiddlewaretoken|composer-.*|.*-file)$/;
const LONGEST = 4000;

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("[data-with-input]");
  const form = document.getElementById("composer");
  if (!link || !form) return;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value && !APART.test(name)) asked.append(name, value);
  }
  const query = asked.get("prompt") === null ? "" : asked.toString();
  const base = link.href.replace(/\?.*$/, "");
  link.href = query && query.length < LONGEST ? `${base}?${query}` : base;
});
