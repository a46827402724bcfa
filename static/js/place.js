// Where one was in a long gallery: coming back from a picture, as much is loaded again as there was, and the page
// stands where it stood. A browser that kept the whole page (its back/forward cache) has no need of this.
const days = document.querySelector("[data-gallery]");
const STORE = "safelight.place";
const STRETCHES_MAX = 20;

function shown() {
  const away = [...days.querySelectorAll("[data-away]")].map(({ dataset }) => Number(dataset.away)); // windowing.js
  return away.reduce((sum, n) => sum + n, days.querySelectorAll(".print").length);
}

function keep() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ address: location.href, prints: shown(), top: scrollY }));
  } catch {
    // Storage is blocked: the gallery begins at its top again.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return null;
  }
}

async function restore() {
  const place = kept();
  if (place?.address !== location.href) return;
  for (let i = 0; i < STRETCHES_MAX && shown() < place.prints; i += 1) {
    const more = days.querySelector(".more a");
    if (!more) break;
    await htmx.ajax("GET", more.href, { target: ".more", swap: "outerHTML" });
  }
  scrollTo(0, place.top);
}

if (days) {
  addEventListener("pagehide", keep);
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") restore();
}
