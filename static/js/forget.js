// What was typed does not outlive its person: signing out by a form marked data-forgets, or a page so marked, takes it
// out of this browser. The colour scheme and the like stay.
const TYPED = ["safelight.draft", "safelight.draft.settings", "safelight.last"];

function forget() {
  try {
    for (const key of TYPED) localStorage.removeItem(key);
  } catch {
    // Storage is blocked: nothing was kept.
  }
}

document.addEventListener("submit", ({ target }) => {
  if (target.matches("form[data-forgets]")) forget();
});

if (document.querySelector("[data-forgets]:not(form)")) forget();
