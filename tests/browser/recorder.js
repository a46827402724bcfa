// Runs in every page of the browser tests, before its own scripts: writes down what a person saw go by.
window.seen = { frames: [], shift: 0 };

function look() {
  for (const shown of document.querySelectorAll("[data-prediction]")) {
    const { prediction: id, seq, status } = shown.dataset;
    const final = shown.querySelector("img.tray-final");
    const frame = {
      id,
      seq: Number(seq),
      status,
      preview: Boolean(shown.querySelector("img.tray-under:not([data-final])")),
      final: Boolean(final?.complete && final.naturalWidth),
    };
    const last = seen.frames.findLast((each) => each.id === id);
    if (JSON.stringify(last) !== JSON.stringify(frame)) seen.frames.push(frame);
  }
}

new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
document.addEventListener("load", look, { capture: true });
document.addEventListener("DOMContentLoaded", look);

new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) seen.shift += value;
}).observe({ type: "layout-shift", buffered: true });
