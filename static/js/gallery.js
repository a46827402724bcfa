// New pictures come on top of the gallery as soon as their prediction has succeeded; the rows stay the truth.
const days = document.querySelector("[data-gallery]");
const FETCH_AFTER_MS = 150; // four pictures of one prediction come as one
const BEFORE_ALL = "0".repeat(26);
let timer = 0;

function fetchNewer() {
  const newest = days.querySelector("[data-output]");
  const address = new URL(days.dataset.gallery, location.href);
  address.search = new URLSearchParams({
    ...(address.searchParams.get("favourites") === "1" ? { favourites: "1" } : {}),
    newer: newest?.dataset.output ?? BEFORE_ALL,
    day: newest?.closest("[data-day]").dataset.day ?? "",
  });
  htmx.ajax("GET", address.href, { target: "#days", swap: "afterbegin" });
}

function onPrediction({ detail }) {
  if (detail.status !== "succeeded") return;
  clearTimeout(timer);
  timer = setTimeout(fetchNewer, FETCH_AFTER_MS);
}

if (days) document.addEventListener("safelight:prediction", onPrediction);
