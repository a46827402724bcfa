// Single keys press what carries data-key="f", in the focused picture or else in the picture of the page.
// They act only while no field has focus, and a switch on the page turns them off (WCAG 2.1.4).
const STORE = "safelight.shortcuts";

function isOn() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function keep(on) {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

let on = isOn();

document.addEventListener("keydown", (event) => {
  if (!on || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const scope = event.target.closest("[data-output]") ?? document.querySelector("[data-lightbox], [data-desk]");
  const pressed = scope?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (pressed) {
    event.preventDefault();
    pressed.click();
  }
});

for (const box of document.querySelectorAll("[data-shortcuts-switch]")) {
  box.checked = on;
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    on = box.checked;
    keep(on);
  });
}
