// Painting a mask over the start image with a pointer or a finger: white is painted anew. Sent as a file like any other.
import { send } from "./pictures.js";

const dialog = document.querySelector("[data-mask]");
const canvas = dialog?.querySelector("[data-mask-surface]");
const under = dialog?.querySelector("[data-mask-under]");
const brush = canvas?.getContext("2d", { willReadFrequently: true });
const UNDO_MOST = 12;
const before = []; // pictures of the surface before each stroke, the newest last
let last = null; // where the stroke that is being drawn has come to

function find(name) {
  return dialog.querySelector(`[data-mask-${name}]`);
}

function refresh() {
  find("undo").disabled = !before.length;
  const isEmpty = !brush.getImageData(0, 0, canvas.width, canvas.height).data.some((byte, at) => at % 4 === 3 && byte);
  find("clear").disabled = find("done").disabled = isEmpty;
}

function open({ start, width, height }) {
  under.src = start;
  canvas.width = Number(width);
  canvas.height = Number(height);
  under.width = canvas.width;
  under.height = canvas.height;
  before.length = 0;
  dialog.showModal();
  refresh();
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return { x: ((event.clientX - box.left) / box.width) * canvas.width, y: ((event.clientY - box.top) / box.height) * canvas.height };
}

function stroke(from, to) {
  const isErasing = dialog.querySelector("[name=mask-tool]:checked").value === "erase";
  brush.globalCompositeOperation = isErasing ? "destination-out" : "source-over";
  brush.strokeStyle = "#fff";
  brush.lineCap = brush.lineJoin = "round";
  brush.lineWidth = (Number(find("brush").value) / 100) * Math.max(canvas.width, canvas.height);
  brush.beginPath();
  brush.moveTo(from.x, from.y);
  brush.lineTo(to.x + 0.01, to.y);
  brush.stroke();
}

function keepForUndo() {
  before.push(brush.getImageData(0, 0, canvas.width, canvas.height));
  if (before.length > UNDO_MOST) before.shift();
}

// What was painted in white on black, as a PNG: an edge that is half covered is half repainted.
function done() {
  const made = document.createElement("canvas");
  made.width = canvas.width;
  made.height = canvas.height;
  const flat = made.getContext("2d");
  flat.fillStyle = "#000";
  flat.fillRect(0, 0, made.width, made.height);
  flat.drawImage(canvas, 0, 0);
  made.toBlob((blob) => send("mask", new File([blob], "mask.png", { type: "image/png" })), "image/png");
  dialog.close();
}

if (dialog) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-mask-paint]");
    if (button) open(button.dataset);
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    keepForUndo();
    last = place(event);
    stroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const here = place(each);
      stroke(last, here);
      last = here;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      last = null;
      refresh();
    });
  }
  find("undo").addEventListener("click", () => {
    brush.putImageData(before.pop(), 0, 0);
    refresh();
  });
  find("clear").addEventListener("click", () => {
    keepForUndo();
    brush.clearRect(0, 0, canvas.width, canvas.height);
    refresh();
  });
  find("done").addEventListener("click", done);
  find("close").addEventListener("click", () => dialog.close());
}
