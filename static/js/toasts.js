// Toasts: each can be closed, and leaves by itself unless somebody is reading it.
const SHOWN_MS = 7000;
const SHOWN_WITH_UNDO_MS = 12000;
const region = document.getElementById("toasts");

function watch(toast) {
  const close = toast.querySelector("[data-close]");
  if (close) close.hidden = false;
  close?.addEventListener("click", () => toast.remove());
  const shown = toast.querySelector(".toast-act") ? SHOWN_WITH_UNDO_MS : SHOWN_MS;
  let timer = setTimeout(leave, shown);

  function leave() {
    if (toast.matches(":hover, :focus-within")) timer = setTimeout(leave, shown);
    else toast.remove();
  }
  new MutationObserver((_, observer) => {
    if (toast.isConnected) return;
    clearTimeout(timer);
    observer.disconnect();
  }).observe(region, { childList: true });
}

function toast(sentence) {
  const made = document.createElement("div");
  made.className = "toast";
  made.dataset.toast = "";
  const text = document.createElement("p");
  text.textContent = sentence;
  made.append(text);
  region.append(made);
}

region.querySelectorAll("[data-toast]").forEach(watch);
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.matches?.("[data-toast]")) watch(node);
  }
}).observe(region, { childList: true });

// What never reached the server, or came back as no page, is said in words; nothing on the page is lost by it.
document.addEventListener("htmx:error", () => {
  toast("The server did not answer. Nothing on this page was lost. Try again in a moment.");
});
