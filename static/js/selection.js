// Choosing many pictures: by their boxes, with Shift from one to another, by a rubber band, by "x" and Ctrl+A, or all
// that the filter holds, shown or not. The form does the rest; what it did is shown on the page.
const form = document.querySelector("[data-bulk]");
const days = document.getElementById("days");
const MOVED_PX = 6;
const chosen = new Set(); // ids; with `all`, those that are left out
let all = null; // {count, until} while everything of the filter is chosen
let last = null;

const boxes = () => [...days.querySelectorAll('.print:not([hidden]) input[name="id"]')];
const count = () => (all ? all.count - chosen.size : chosen.size);
const isChosen = (id) => chosen.has(id) !== Boolean(all);

function set(box, on) {
  if (on === isChosen(box.value)) return;
  if (on !== Boolean(all)) chosen.add(box.value);
  else chosen.delete(box.value);
}

function show() {
  for (const box of boxes()) box.checked = isChosen(box.value);
  const n = count();
  form.toggleAttribute("data-on", n > 0);
  days.toggleAttribute("data-all", Boolean(all));
  form.querySelector("[data-bulk-count]").textContent = `${n.toLocaleString()} selected`;
  form.elements.all.value = all ? "1" : "";
  form.elements.until.value = all?.until ?? "";
  form.elements.except.value = all ? [...chosen].join(",") : "";
  form.elements.ids.value = all ? "" : [...chosen].join(",");
  for (const button of form.querySelectorAll("[data-bulk-two]")) button.hidden = n !== 2 || Boolean(all);
  form.querySelector("[data-bulk-all]").hidden = Boolean(all) || n === 0;
}

function clear() {
  chosen.clear();
  all = null;
  last = null;
  show();
}

function address() {
  const words = new URLSearchParams({ q: form.elements.q.value, album: form.elements.album.value, place: form.elements.place.value });
  return `${form.dataset.countAt}?${words}`;
}

async function known() {
  const answer = await fetch(address(), { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

async function chooseAll() {
  const found = await known();
  if (!found?.count) return;
  chosen.clear();
  all = found;
  show();
}

// The true count stands on the button before one presses it.
async function tellAll() {
  const button = form.querySelector("[data-bulk-all]");
  if (button.dataset.told) return;
  button.dataset.told = "1";
  const found = await known();
  if (found) button.textContent = `Select all ${found.count.toLocaleString()}`;
}

function choose(box, on, isRange) {
  const shown = boxes();
  const from = isRange && last ? shown.findIndex(({ value }) => value === last) : -1;
  const to = shown.indexOf(box);
  const range = from < 0 ? [box] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of range) set(each, on);
  last = box.value;
  show();
  tellAll();
}

function onClick(event) {
  const box = event.target.closest?.('input[name="id"]');
  if (box) {
    choose(box, box.checked, event.shiftKey);
    return;
  }
  const link = event.target.closest?.(".print-link");
  if (!link || !(event.shiftKey || event.ctrlKey || event.metaKey) || !(count() || event.shiftKey)) return;
  event.preventDefault();
  const own = link.closest(".print").querySelector('input[name="id"]');
  choose(own, event.shiftKey || !isChosen(own.value), event.shiftKey);
}

function onKey(event) {
  if (event.target.closest("input:not([name=id]), textarea, select, [contenteditable], dialog")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "a") {
    event.preventDefault();
    chooseAll();
  } else if (event.key === "Escape" && count()) {
    clear();
  } else if (event.key === "x" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const own = event.target.closest(".print")?.querySelector('input[name="id"]');
    if (own) choose(own, !isChosen(own.value), false);
  } else if (event.key.startsWith("Arrow") && event.target.closest(".print")) {
    step(event);
  }
}

// Arrows go from picture to picture; with Shift they choose on the way.
function step(event) {
  const prints = [...days.querySelectorAll(".print:not([hidden])")];
  const here = event.target.closest(".print");
  const at = here.getBoundingClientRect();
  const middle = at.left + at.width / 2;
  const distance = (one) => Math.abs(one.getBoundingClientRect().left + one.getBoundingClientRect().width / 2 - middle);
  const i = prints.indexOf(here);
  const beyond = { ArrowUp: (r) => r.bottom <= at.top + 1, ArrowDown: (r) => r.top >= at.bottom - 1 }[event.key];
  let next = prints[i + (event.key === "ArrowLeft" ? -1 : 1)];
  if (beyond) {
    const near = prints.slice(Math.max(0, i - 30), i + 31).filter((one) => beyond(one.getBoundingClientRect()));
    const edge = event.key === "ArrowUp" ? Math.max(...near.map((one) => one.getBoundingClientRect().top)) : Math.min(...near.map((one) => one.getBoundingClientRect().top));
    next = near.filter((one) => Math.abs(one.getBoundingClientRect().top - edge) < 2).sort((a, b) => distance(a) - distance(b))[0];
  }
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) for (const one of [here, next]) choose(one.querySelector('input[name="id"]'), true, false);
  next.querySelector(".print-link").focus();
}

// A rubber band, begun with the mouse beside the pictures.
function watchRubber() {
  let start = null;
  let band = null;
  let before = null;
  const place = ({ pageX, pageY }) => ({ x: pageX, y: pageY });

  document.querySelector(".page").addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest(".print, a, button, input, select, details, form, label")) return;
    start = place(event);
    before = new Set(boxes().filter(({ checked }) => checked).map(({ value }) => value));
  });
  addEventListener("pointermove", (event) => {
    if (!start) return;
    const now = place(event);
    if (!band && Math.hypot(now.x - start.x, now.y - start.y) < MOVED_PX) return;
    if (!band) {
      band = document.body.appendChild(Object.assign(document.createElement("div"), { className: "rubber" }));
      days.toggleAttribute("data-choosing", true);
      getSelection().removeAllRanges();
    }
    const [left, top] = [Math.min(start.x, now.x), Math.min(start.y, now.y)];
    const [right, bottom] = [Math.max(start.x, now.x), Math.max(start.y, now.y)];
    Object.assign(band.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    for (const box of boxes()) {
      const at = box.closest(".print").getBoundingClientRect();
      const meets = at.left + scrollX < right && at.right + scrollX > left && at.top + scrollY < bottom && at.bottom + scrollY > top;
      set(box, meets || before.has(box.value));
    }
    show();
  });
  addEventListener("pointerup", () => {
    if (band) tellAll();
    band?.remove();
    days.toggleAttribute("data-choosing", false);
    start = band = null;
  });
}

// What was done is shown: pictures that are no longer here go, for other things the page is asked again.
const GOES = ["trash", "restore", "unplace"];


function done({ dataset }, ids) {
  const isUndone = dataset.bulkState === "undone";
  if (ids && GOES.includes(dataset.verb)) {
    for (const id of ids) {
      const print = document.getElementById(`output-${id}`);
      if (print) print.hidden = !isUndone;
    }
  } else if (ids && ["favourite", "unfavourite"].includes(dataset.verb)) {
    const is = (dataset.verb === "favourite") !== isUndone;
    for (const id of ids) document.getElementById(`favourite-${id}`)?.setAttribute("aria-pressed", is);
  } else if (!ids && [...GOES, "rate", "favourite"].includes(dataset.verb)) {
    location.reload();
  }
}

function watchState() {
  let ids = null;
  const state = document.getElementById("bulk-state");
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && "plain" in button.dataset) return; // a download: the browser's own affair
    event.preventDefault();
    ids = all ? null : [...chosen];
    for (const menu of form.querySelectorAll(".menu[open]")) menu.open = false;
    const values = Object.fromEntries([...new FormData(form, button)].filter(([name]) => name !== "id"));
    htmx.ajax("POST", form.action, { target: "#bulk-state", swap: "innerHTML", values });
  });
  new MutationObserver(() => {
    const card = state.querySelector("[data-bulk-state]");
    if (!card || card.dataset.seen) return;
    card.dataset.seen = "1";
    const close = card.querySelector("[data-bulk-close]");
    if (close) close.hidden = false;
    close?.addEventListener("click", () => card.remove());
    if (["done", "undone"].includes(card.dataset.bulkState)) done(card, ids);
    if (card.dataset.bulkState === "done") clear();
  }).observe(state, { childList: true });
}

if (form && days) {
  for (const button of form.querySelectorAll("[data-bulk-clear]")) {
    button.hidden = false;
    button.addEventListener("click", clear);
  }
  form.querySelector("[data-bulk-all]").addEventListener("click", chooseAll);
  days.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  watchRubber();
  watchState();
  new MutationObserver(show).observe(days, { childList: true, subtree: true });
  for (const box of boxes()) if (box.checked) chosen.add(box.value);
  show();
}
