// Sections marked data-tab inside data-tabs become tabs; without scripts they stand one under the other.
const KEPT = "safelight-language";

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function remember(name) {
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // Storage is off: the choice holds for this page.
  }
}

function build(root) {
  const panels = [...root.querySelectorAll(":scope > [data-tab]")];
  if (panels.length < 2) return;
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  const tabs = panels.map((panel) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${panel.id}`;
    tab.textContent = panel.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.querySelector("h3").hidden = true;
    tab.addEventListener("click", () => show(panel));
    list.append(tab);
    return tab;
  });

  function show(chosen, { keep = true } = {}) {
    panels.forEach((panel, index) => {
      const isChosen = panel === chosen;
      panel.hidden = !isChosen;
      tabs[index].setAttribute("aria-selected", String(isChosen));
      tabs[index].tabIndex = isChosen ? 0 : -1;
    });
    if (keep) remember(chosen.dataset.tab);
  }

  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.indexOf(document.activeElement);
    const next = (at + step + tabs.length) % tabs.length;
    show(panels[next]);
    tabs[next].focus();
  });

  root.prepend(list);
  show(panels.find((panel) => panel.dataset.tab === remembered()) ?? panels[1], { keep: false });
}

for (const root of document.querySelectorAll("[data-tabs]")) build(root);
