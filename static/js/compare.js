// Two pictures: beside each other, or one over the other with a slider between them; Escape goes back.
const page = document.querySelector("[data-comparing]");
const stage = page.querySelector("[data-stage]");
const slide = page.querySelector("[data-slide]");
const range = slide.querySelector("input");
const STORE = "safelight.compare";

function kept() {
  try {
    return localStorage.getItem(STORE) === "slider" ? "slider" : "beside";
  } catch {
    return "beside"; // storage is blocked
  }
}

function keep(way) {
  try {
    localStorage.setItem(STORE, way);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

function show(way) {
  stage.dataset.wayShown = way;
  slide.hidden = way !== "slider";
  for (const button of page.querySelectorAll("[data-way]")) button.setAttribute("aria-pressed", button.dataset.way === way);
}

function draw() {
  stage.style.setProperty("--seen", `${range.value}%`);
  range.setAttribute("aria-valuetext", `${range.value} per cent of the left picture`);
}

page.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-way]");
  if (!button) return;
  // The key presses the same button again: then it goes back.
  const way = button.dataset.way === "slider" && stage.dataset.wayShown === "slider" ? "beside" : button.dataset.way;
  show(way);
  keep(way);
});
range.addEventListener("input", draw);

// The arrows move the slider also while it has no focus, so that the keys of one letter act beside it.
function nudge(by) {
  range.value = Number(range.value) + by;
  draw();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "Escape") location.assign(page.querySelector("[data-leave]").href);
  const by = { ArrowLeft: -5, ArrowRight: 5 }[event.key];
  if (by && stage.dataset.wayShown === "slider" && event.target !== range) {
    event.preventDefault();
    nudge(by);
  }
});
page.querySelector("[data-ways]").hidden = false;
show(kept());
draw();
