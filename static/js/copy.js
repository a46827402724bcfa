// Copy buttons: data-copy holds the text; base.css shows them where scripts run. A tick says that it is done.
const TICK_MS = 1600;

function tick(button) {
  const use = button.querySelector("use");
  if (!use || button.dataset.copied) return;
  const before = use.getAttribute("href");
  button.dataset.copied = "yes";
  use.setAttribute("href", before.replace(/#.*/, "#check"));
  setTimeout(() => {
    use.setAttribute("href", before);
    delete button.dataset.copied;
  }, TICK_MS);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    tick(button);
  } catch {
    // No clipboard here, as on a page without TLS: the text stands beside the button and can be selected.
  }
});
