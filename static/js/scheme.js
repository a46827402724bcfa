// Dark, light or as the system says: applied before the first paint, so this file blocks; kept in this browser.
// It also marks the page as one where scripts run, for the styles of what is useless without them.
(() => {
  document.documentElement.dataset.js = "";
  const KEY = "safelight.scheme";
  const NEXT = { auto: "light", light: "dark", dark: "auto" };
  const SHOWN = { auto: ["auto", "Auto"], light: ["sun", "Light"], dark: ["moon", "Dark"] };
  const GROUND = { light: "#f8f7f5", dark: "#0e0c0b" };

  function kept() {
    try {
      return localStorage.getItem(KEY) in NEXT ? localStorage.getItem(KEY) : "auto";
    } catch {
      return "auto"; // storage is blocked
    }
  }

  function keep(scheme) {
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  }

  function apply(scheme) {
    if (scheme === "auto") delete document.documentElement.dataset.scheme;
    else document.documentElement.dataset.scheme = scheme;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.content = GROUND[scheme] ?? GROUND[meta.media.includes("dark") ? "dark" : "light"];
    }
  }

  function show(button, scheme) {
    const [icon, word] = SHOWN[scheme];
    const use = button.querySelector("use");
    use.setAttribute("href", `${use.dataset.sprite}#${icon}`);
    button.querySelector("[data-state]").textContent = word;
    button.setAttribute("aria-label", `Colours: ${word}`);
    button.hidden = false;
  }

  let scheme = kept();
  apply(scheme);

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-scheme-switch]")) {
      show(button, scheme);
      button.addEventListener("click", () => {
        scheme = NEXT[scheme];
        keep(scheme);
        apply(scheme);
        show(button, scheme);
      });
    }
  });

  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    scheme = kept();
    apply(scheme);
    document.querySelectorAll("[data-scheme-switch]").forEach((button) => show(button, scheme));
  });
})();
