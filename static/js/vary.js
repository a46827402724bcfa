// "Vary" makes the same with a new seed at once. In the studio it develops on top of the strip; elsewhere, and without
// this script, the form leads to the page of the new prediction.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-vary]");
  const strip = document.querySelector("[data-strip][data-strip-new]");
  if (!button || !strip || !document.getElementById("composer")) return;
  event.preventDefault();
  htmx.ajax("POST", button.formAction, { source: button, target: "#strip", swap: "afterbegin" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  strip.scrollIntoView({ block: "nearest", behavior: calm ? "instant" : "smooth" });
});
