// The live line: predictions arrive as {"id", "seq", "status", "html"} and are put into the page when they are newer.
//
// A socket (hx-ws on #live) brings them; where sockets do not get through, server-sent events do. The page tells what it
// has after each connect and whenever a prediction was put into it, so whatever it missed comes at once. Each frame is
// told to the page as the event "safelight:prediction" with {id, seq, status}, and each opening as "safelight:open", each
// loss of both as "safelight:lost".
const STORE = "safelight.line"; // "stream": sockets do not get through on this visit
const OPENINGS = 2; // sockets that could not be opened, in a row, before the stream is tried
const OPENINGS_ONCE_SEEN = 6; // when sockets did work on this page: more likely the server is being restarted
const HAVE_MAX = 200;
const RETRY_MS = 5000;

let socket = null;
let stream = null;
let hasWorked = false;
let isOpen = false;
let failures = 0;

function kept() {
  try {
    return sessionStorage.getItem(STORE);
  } catch {
    return null; // storage is blocked
  }
}

function keep(value) {
  try {
    sessionStorage.setItem(STORE, value);
  } catch {
    // Storage is blocked: the next page finds out again.
  }
}

function have() {
  const shown = [...document.querySelectorAll("[data-prediction]")].slice(0, HAVE_MAX);
  return shown.map(({ dataset }) => [dataset.prediction, Number(dataset.seq)]);
}

function tell() {
  if (stream) listen();
  else if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ have: Object.fromEntries(have()) }));
}

function take({ id, seq, status, html }) {
  const shown = document.getElementById(`prediction-${id}`);
  if (shown && Number(shown.dataset.seq) >= seq) return;
  if (shown) htmx.swap({ sourceElement: shown, target: shown, swap: "outerMorph", text: html.trim() });
  else place(id, html.trim());
  document.dispatchEvent(new CustomEvent("safelight:prediction", { detail: { id, seq, status } }));
}

// A prediction of another tab or device: ids are in order of time, so it has one right place in the strip.
function place(id, html) {
  const strip = document.querySelector("[data-strip][data-strip-new]");
  if (!strip) return;
  const shown = [...strip.querySelectorAll("[data-prediction]")];
  const older = shown.find(({ dataset }) => dataset.prediction < id);
  if (older) htmx.swap({ sourceElement: strip, target: older, swap: "beforebegin", text: html });
  else if (!shown.length) htmx.swap({ sourceElement: strip, target: strip, swap: "beforeend", text: html });
}

function opened() {
  document.dispatchEvent(new CustomEvent("safelight:open"));
}

function lost() {
  if (stream?.readyState !== EventSource.OPEN) document.dispatchEvent(new CustomEvent("safelight:lost"));
}

function listen() {
  const line = document.getElementById("live");
  if (!line?.dataset.stream) return;
  stream?.close();
  const address = new URL(line.dataset.stream, location.href);
  address.searchParams.set("have", have().map((pair) => pair.join(":")).join(","));
  const source = new EventSource(address);
  stream = source;
  source.addEventListener("open", opened);
  source.addEventListener("prediction", ({ data }) => take(JSON.parse(data)));
  source.addEventListener("end", () => source.close());
  source.addEventListener("error", () => {
    if (stream === source) lost();
    if (source.readyState === EventSource.CLOSED && stream === source) setTimeout(() => stream === source && listen(), RETRY_MS);
  });
}

document.addEventListener("htmx:ws:before:connection", ({ detail }) => {
  isOpen = false;
  if (kept() !== "stream" && !stream) return;
  detail.connection.cancelled = true;
  if (!stream) listen();
});

document.addEventListener("htmx:ws:after:connection", ({ detail }) => {
  socket = detail.connection.socket;
  hasWorked = isOpen = true;
  failures = 0;
  tell();
  opened();
});

document.addEventListener("htmx:ws:before:message:incoming", ({ detail }) => {
  detail.cancelled = true;
  take(JSON.parse(detail.message.data));
});

document.addEventListener("htmx:ws:close", ({ detail }) => {
  if (detail.reason !== "closed") return;
  failures = isOpen ? 0 : failures + 1;
  isOpen = false;
  lost();
  if (failures < (hasWorked ? OPENINGS_ONCE_SEEN : OPENINGS)) return;
  if (!hasWorked) keep("stream");
  listen();
});

// A prediction that was put into the page by a response may be further on already.
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.text?.includes("data-prediction=") && detail.ctx.request) tell();
});
