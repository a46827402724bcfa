// A file that is dragged over the page: its places appear, and where it is dropped says what becomes of it.
import { firstField, send } from "./pictures.js";

const places = document.querySelector("[data-dropping]");
const carriesFile = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files");
let depth = 0;

function show(isShown) {
  if (!isShown) depth = 0;
  places.hidden = !isShown;
}

function read(files) {
  const form = document.querySelector("[data-importing]");
  form.elements["recipe-file"].files = files;
  form.submit();
}

function mark(place) {
  for (const each of places.children) each.classList.toggle("over", each === place);
}

if (places?.children.length) {
  document.addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    depth += 1;
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFile(event) && --depth <= 0) show(false);
  });
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(event.target.closest?.("[data-drop]"));
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    const place = event.target.closest?.("[data-drop]") ?? (places.children.length === 1 ? places.children[0] : null);
    const file = event.dataTransfer.files[0];
    show(false);
    if (file && place?.dataset.drop === "start") send(firstField(), file);
    else if (file && place?.dataset.drop === "recipe") read(event.dataTransfer.files);
  });
}
