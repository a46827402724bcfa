// The cull desk. All pictures of the stretch are on the page and one is shown; a verdict moves on at once and is sent
// in its turn, so nobody waits for the network. What comes next is loaded before one gets there.
const desk = document.querySelector("[data-desk][data-beyond]");
const AHEAD = 3;
const SWIPE_PX = 56;
const REFUSED = "That did not reach the server. The picture is as it was.";

const frames = [...desk.querySelectorAll("[data-output]")];
const judge = desk.querySelector("[data-verdicts]");
const undoForm = desk.querySelector("[data-undo]");
const end = desk.querySelector("[data-end]");
const said = desk.querySelector("[data-said]");
const openButton = desk.querySelector("[data-open-stack]");
const thumbs = new Map([...desk.querySelectorAll("[data-thumb]")].map((one) => [one.dataset.thumb, one]));
const stacks = [...desk.querySelectorAll("[data-stack]")].map((item) => ({
  item,
  label: item.dataset.label,
  isOpen: false,
  frames: [...item.querySelectorAll("[data-thumb]")].map((one) => frames.find(({ dataset }) => dataset.output === one.dataset.thumb)),
}));
const stackOf = new Map(stacks.flatMap((stack) => stack.frames.map((frame) => [frame, stack])));
const rejected = new Set();
const done = []; // {frame, before: Map frame → state, answer: promise of an action's id}
const count = { keep: 0, reject: 0 };
let here = frames.find((frame) => !frame.hidden) ?? null;
let sending = Promise.resolve();

const left = (stack) => stack.frames.filter((frame) => !rejected.has(frame));

// What one walks along: of a closed stack one picture only.
function line() {
  return stacks.flatMap((stack) => {
    const some = left(stack);
    if (stack.isOpen || some.length < 2) return some;
    return [some.includes(here) ? here : some[0]];
  });
}

function preload(frame) {
  const walked = line();
  const at = walked.indexOf(frame);
  for (const one of [...walked.slice(at, at + AHEAD + 1), walked[at - 1]]) {
    if (one) one.querySelector("picture img").loading = "eager";
  }
}

function mark(frame) {
  const thumb = thumbs.get(frame.dataset.output);
  const rating = Number(frame.dataset.rating);
  thumb.querySelector("[data-mark]").textContent = `${"kept" in frame.dataset ? "♥" : ""}${rating ? ` ${rating}★` : ""}`;
  thumb.toggleAttribute("data-rejected", rejected.has(frame));
}

function pressed() {
  const rating = Number(here?.dataset.rating ?? 0);
  for (const button of judge.querySelectorAll("button[aria-pressed]")) {
    const is = button.value === "keep" ? Boolean(here) && "kept" in here.dataset : Number(button.value) <= rating;
    button.setAttribute("aria-pressed", is);
  }
}

function address(words, base = desk.dataset.here) {
  const url = new URL(base, location.href);
  for (const [name, value] of Object.entries(words)) if (value) url.searchParams.set(name, value);
  return url;
}

function showStack() {
  const stack = stackOf.get(here);
  const members = stack ? left(stack) : [];
  const isStack = members.length > 1;
  judge.elements.stack.value = members.map(({ dataset }) => dataset.output).join(",");
  judge.querySelector('[value="best"]').disabled = !isStack;
  openButton.disabled = !isStack;
  openButton.setAttribute("aria-pressed", Boolean(stack?.isOpen));
  for (const each of stacks) {
    each.item.toggleAttribute("data-open", each.isOpen);
    for (const frame of each.frames) thumbs.get(frame.dataset.output).toggleAttribute("data-top", frame === (each.frames.includes(here) ? here : left(each)[0] ?? each.frames[0]));
    each.item.querySelector("[data-toggle]")?.setAttribute("aria-expanded", each.isOpen);
  }
  return isStack ? `${stack.label.replace(/\d+/, members.length)} This is number ${members.indexOf(here) + 1}.` : "";
}

function compareLink() {
  const link = desk.querySelector("[data-compare-link]");
  if (!link || !here) return;
  const members = left(stackOf.get(here));
  const walked = members.length > 1 ? members : line();
  const at = walked.indexOf(here);
  const other = walked[at + 1] ?? walked[at - 1];
  link.hidden = !other;
  if (other) link.href = address({ ...Object.fromEntries(new URL(desk.dataset.here, location.href).searchParams), a: here.dataset.output, b: other.dataset.output }, desk.dataset.compare);
}

function show(frame, words = "") {
  here = frame;
  for (const one of frames) one.hidden = one !== frame;
  end.hidden = Boolean(frame);
  judge.hidden = !frame;
  for (const [id, thumb] of thumbs) {
    if (id === frame?.dataset.output) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
  }
  const seen = Number(desk.dataset.seen) + (frame ? frames.indexOf(frame) + 1 : frames.length);
  desk.querySelector("[data-number]").textContent = seen.toLocaleString();
  desk.querySelector("progress").value = seen;
  judge.elements.id.value = frame?.dataset.output ?? "";
  const about = showStack();
  said.textContent = [words, about].filter(Boolean).join(" ");
  for (const link of desk.querySelectorAll("[data-step]")) link.hidden = link.dataset.step === "1" ? !frame : frame === line()[0];
  pressed();
  compareLink();
  undoForm.querySelector("button").disabled = !done.length && !undoForm.elements.action.value;
  history.replaceState(null, "", address({ at: frame?.dataset.output ?? "end" }));
  if (!frame) return;
  preload(frame);
  thumbs.get(frame.dataset.output).scrollIntoView({ block: "nearest", inline: "center" });
}

async function beyond() {
  if (!desk.dataset.beyond) {
    show(null, "That was the last one.");
    desk.querySelector("[data-sum]").textContent = `${count.keep} kept, ${count.reject} rejected here. What you rejected waits in the bin.`;
    end.focus();
    return;
  }
  await sending;
  const last = done.at(-1);
  location.assign(address({ undo: await last?.answer, judged: last?.frame.dataset.output }, desk.dataset.beyond));
}

function step(by) {
  const walked = line();
  if (!here) return by < 0 && walked.length ? show(walked.at(-1)) : undefined;
  const next = walked[walked.indexOf(here) + by];
  if (next) show(next);
  else if (by > 0) beyond();
}

function within(by) {
  const members = here ? left(stackOf.get(here)) : [];
  if (members.length > 1) show(members[(members.indexOf(here) + by + members.length) % members.length]);
}

// Sent one after the other: two verdicts on one picture arrive in the order that they were given in.
function send(form, words) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(words)) body.set(name, value);
  const sent = sending.then(async () => {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, keepalive: true, headers: { Accept: "application/json", "HX-Request": "true" } });
    if (!answer.ok) throw new Error(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("p")?.textContent ?? REFUSED);
    return (await answer.json()).action;
  });
  sending = sent.catch(() => undefined);
  return sent;
}

function complain(sentence) {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  toast.dataset.toast = "";
  toast.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  document.getElementById("toasts").append(toast);
}

const state = (frame) => ({ rating: frame.dataset.rating, isKept: "kept" in frame.dataset, isRejected: rejected.has(frame) });

function put(frame, { rating, isKept, isRejected }) {
  frame.dataset.rating = rating;
  frame.toggleAttribute("data-kept", isKept);
  if (isRejected) rejected.add(frame);
  else rejected.delete(frame);
  mark(frame);
}

// What a verdict makes of the pictures, and how it is said.
const VERDICTS = {
  keep: (frame) => [[[frame, { ...state(frame), isKept: true }]], "Kept."],
  reject: (frame) => [[[frame, { ...state(frame), isRejected: true }]], "Rejected."],
  best: (frame) => {
    const others = left(stackOf.get(frame)).filter((one) => one !== frame);
    const gone = others.map((one) => [one, { ...state(one), isRejected: true }]);
    return [[[frame, { ...state(frame), isKept: true }], ...gone], `Kept, and ${others.length} rejected.`];
  },
};

function rate(frame, rating) {
  return [[[frame, { ...state(frame), rating }]], rating === "0" ? "No rating." : `${rating} of 5.`];
}

// After a rejection the next of the stack, after anything else what comes after the stack.
function following(frame, verdict) {
  const stack = stackOf.get(frame);
  const members = left(stack);
  const later = stack.frames.slice(stack.frames.indexOf(frame) + 1).find((one) => !rejected.has(one));
  if (stack.isOpen && later) return later;
  if (verdict === "reject" && !stack.isOpen && members.length) return later ?? members[0];
  const after = stacks.slice(stacks.indexOf(stack) + 1).find((one) => left(one).length);
  return after ? left(after)[0] : null;
}

function tally() {
  count.keep = frames.filter(({ dataset }) => "kept" in dataset).length;
  count.reject = rejected.size;
}

function decide(verdict) {
  if (!here) return;
  const frame = here;
  const [changes, words] = verdict in VERDICTS ? VERDICTS[verdict](frame) : rate(frame, verdict);
  const entry = { frame, before: new Map(changes.map(([one]) => [one, state(one)])) };
  const fields = { id: frame.dataset.output, verdict, stack: judge.elements.stack.value };
  for (const [one, is] of changes) put(one, is);
  tally();
  done.push(entry);
  entry.answer = send(judge, fields).catch((error) => {
    done.splice(done.indexOf(entry), 1);
    takeBack(entry, error instanceof TypeError ? REFUSED : error.message);
    complain(error instanceof TypeError ? REFUSED : error.message);
    return undefined;
  });
  const next = following(frame, verdict);
  if (next) show(next, words);
  else beyond();
}

function takeBack(entry, words) {
  for (const [one, is] of entry.before) put(one, is);
  tally();
  show(entry.frame, words);
}

function undo(event) {
  const entry = done.pop();
  if (!entry) return; // the form itself: a verdict from before this page
  event.preventDefault();
  takeBack(entry, "Undone.");
  entry.answer.then((action) => action && send(undoForm, { action }).catch((error) => complain(error.message)));
}

async function leave(href) {
  await sending;
  location.assign(href);
}

function toggle(stack) {
  stack.isOpen = !stack.isOpen;
  const words = stack.isOpen ? "Stack opened." : "Stack closed.";
  show(stack.frames.includes(here) ? here : left(stack)[0] ?? here, words);
}

const KEYS = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => within(-1),
  ArrowDown: () => within(1),
  Escape: () => leave(desk.dataset.home),
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const open = desk.querySelector(".menu[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (KEYS[event.key] && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

function onClick(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("[data-step], [data-thumb], [data-compare-link], [data-leave]");
  if (link) event.preventDefault();
  if (link?.dataset.step) step(Number(link.dataset.step));
  else if (link?.dataset.thumb) show(frames.find(({ dataset }) => dataset.output === link.dataset.thumb));
  else if (link) leave(link.href);
  const toggled = event.target.closest("[data-toggle]");
  if (toggled) toggle(stacks.find(({ item }) => item.contains(toggled)));
  if (event.target.closest("[data-open-stack]")) toggle(stackOf.get(here));
}

function watchSwipes(stage) {
  let start = null;
  stage.addEventListener("touchstart", ({ touches }) => {
    start = touches.length === 1 ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  stage.addEventListener("touchend", ({ changedTouches }) => {
    if (!start || (window.visualViewport?.scale ?? 1) > 1) return;
    const across = changedTouches[0].clientX - start.x;
    const down = changedTouches[0].clientY - start.y;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) step(across < 0 ? 1 : -1);
  }, { passive: true });
}

judge.addEventListener("submit", (event) => {
  event.preventDefault();
  decide(event.submitter.value);
});
undoForm.addEventListener("submit", undo);
document.addEventListener("keydown", onKey);
desk.addEventListener("click", onClick);
watchSwipes(desk.querySelector("[data-stage]"));
for (const button of desk.querySelectorAll("[data-toggle], [data-open-stack]")) button.hidden = false;
if (frames.length) show(here);
