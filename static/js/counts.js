// How much waits at the desk, as it changes: a socket brings the numbers, by name, to whatever carries data-count.
const RETRY_MS = 5000;
const REFUSED = 4403;

function listen() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/live/desk/`);
  socket.addEventListener("message", ({ data }) => {
    for (const [name, count] of Object.entries(JSON.parse(data))) {
      for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) place.textContent = count;
    }
  });
  socket.addEventListener("close", ({ code }) => {
    if (code !== REFUSED) setTimeout(listen, RETRY_MS);
  });
}

listen();
