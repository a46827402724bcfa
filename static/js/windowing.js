// Lists of pictures far above or below what is seen are taken off the page and come back as one nears them, so that a
// gallery of 100,000 keeps a small document. Their height stays, so nothing moves.
const days = document.getElementById("days");
const FAR = "4000px 0px";
const PRINTS_MIN = 30; // below that nothing is gained
const away = new Map(); // list → its children as text
const watched = new WeakSet();

function take(list) {
  if (away.has(list) || list.children.length < PRINTS_MIN || list.contains(document.activeElement)) return;
  list.style.blockSize = `${list.getBoundingClientRect().height}px`;
  list.dataset.away = list.children.length;
  list.dataset.newest = list.querySelector("[data-output]")?.dataset.output ?? "";
  // The policy refuses a style attribute that comes as text, even an empty one that a script left behind.
  away.set(list, [...list.children].map((one) => one.outerHTML.replaceAll(' style=""', "")).join(""));
  list.replaceChildren();
}

function bring(list) {
  const html = away.get(list);
  if (html === undefined) return;
  away.delete(list);
  delete list.dataset.away;
  htmx.swap({ sourceElement: list, target: list, swap: "beforeend", text: html }); // below what came meanwhile
  list.style.blockSize = "";
}

if (days && window.IntersectionObserver) {
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) (isIntersecting ? bring : take)(target);
  }, { rootMargin: FAR });
  const watch = () => {
    for (const list of days.querySelectorAll(".rows")) {
      if (watched.has(list)) continue;
      watched.add(list);
      observer.observe(list);
    }
  };
  watch();
  new MutationObserver(watch).observe(days, { childList: true, subtree: true });
}
