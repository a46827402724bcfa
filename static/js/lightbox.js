// One picture: arrow keys, a swipe and the arrows on screen go to its neighbours, Escape goes back to the gallery.
// Neighbours replace each other in the history, so that "back" always means the gallery, where one left it.
const page = document.querySelector("[data-lightbox]");
const SWIPE_PX = 56;

function go(rel) {
  const link = page.querySelector(`a[rel="${rel}"]`);
  if (link) location.replace(link.href);
}

function leave() {
  const back = page.querySelector("a[data-back]");
  const before = window.navigation?.entries()[navigation.currentEntry.index - 1];
  if (before && new URL(before.url).pathname === new URL(back.href).pathname) history.back();
  else location.assign(back.href);
}

const ACTIONS = {
  ArrowLeft: () => go("prev"),
  ArrowRight: () => go("next"),
  Escape: leave,
};

function onKey(event) {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog, [data-scrolls]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (ACTIONS[event.key]) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
}

function onClick(event) {
  const link = event.target.closest('a[rel="prev"], a[rel="next"], a[data-back]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.rel === "prev" || link.rel === "next") go(link.rel);
  else leave();
}

function watchSwipes(stage) {
  let start = null;
  stage.addEventListener("touchstart", ({ touches }) => {
    start = touches.length === 1 ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  stage.addEventListener("touchend", ({ changedTouches }) => {
    if (!start || (window.visualViewport?.scale ?? 1) > 1) return;
    const across = changedTouches[0].clientX - start.x;
    const down = changedTouches[0].clientY - start.y;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) go(across < 0 ? "next" : "prev");
  }, { passive: true });
}

// The neighbours' pictures wait in templates; cloned into the document they load, and the next step shows at once.
function preload() {
  for (const template of page.querySelectorAll("template[data-neighbour]")) {
    document.importNode(template.content, true);
  }
}

if (page) {
  document.addEventListener("keydown", onKey);
  page.addEventListener("click", onClick);
  watchSwipes(page.querySelector("[data-stage]"));
  window.addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(preload));
}
