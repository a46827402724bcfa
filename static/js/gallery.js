// New pictures come on top of the gallery as soon as their prediction has succeeded; the rows stay the truth.
const days = document.querySelector("[data-gallery]");
const FETCH_AFTER_MS = 150; // four pictures of one prediction come as one
const BEFORE_ALL = "0".repeat(26);
let timer = 0;
let fetching = Promise.resolve();

// The list on top may be off the page just now (windowing.js); it says itself what is newest in it.
function newestShown() {
  const list = days.querySelector("[data-day]");
  return list?.querySelector("[data-output]")?.dataset.output ?? list?.dataset.newest ?? BEFORE_ALL;
}

function fetchNewer() {
  const address = new URL(days.dataset.gallery, location.href);
  address.searchParams.delete("after");
  address.searchParams.set("newer", newestShown());
  address.searchParams.set("day", days.querySelector("[data-day]")?.dataset.day ?? "");
  return htmx.ajax("GET", address.href, { target: "#days", swap: "afterbegin" });
}

function fetchSoon() {
  clearTimeout(timer);
  // One after the other: each asks for what is newer than the last one brought.
  timer = setTimeout(() => (fetching = fetching.then(fetchNewer, fetchNewer)), FETCH_AFTER_MS);
}

if (days?.dataset.sort === "newest") {
  document.addEventListener("safelight:prediction", ({ detail }) => detail.status === "succeeded" && fetchSoon());
  document.addEventListener("safelight:open", fetchSoon); // what was finished while nobody listened
}
