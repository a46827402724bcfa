// Whole pictures or squares: chosen by a button, kept in this browser, applied before the first paint (so this blocks).
(() => {
  const STORE = "safelight.squares";
  const root = document.documentElement;

  function kept() {
    try {
      return localStorage.getItem(STORE) === "on";
    } catch {
      return false; // storage is blocked
    }
  }

  function keep(on) {
    try {
      localStorage.setItem(STORE, on ? "on" : "off");
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  }

  root.toggleAttribute("data-squares", kept());

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("button[data-squares]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", root.hasAttribute("data-squares"));
      button.addEventListener("click", () => {
        const on = root.toggleAttribute("data-squares");
        button.setAttribute("aria-pressed", on);
        keep(on);
      });
    }
  });
})();
