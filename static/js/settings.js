// The composer's settings: chips and the button's words follow the controls; sliders and their numbers go together;
// the seed is kept or shuffled. Everything is found by the names that the model's schema gave.
const composer = () => document.getElementById("composer");

function valueOf(name) {
  const field = composer().elements[name];
  if (field instanceof RadioNodeList) return [...field].find((one) => one.checked && one.type !== "hidden")?.value ?? field.value;
  return field?.value ?? "";
}

// As controls.py writes a chip: counted things come after their number.
function words(name, label, value) {
  if (name === "seed") return value ? `seed ${value}` : "seed shuffled";
  if (name === "size" && composer().elements.width) return `${valueOf("width")} × ${valueOf("height")}`;
  const low = label.charAt(0).toLowerCase() + label.slice(1);
  if (value === "on") return low;
  if (/^\d+$/.test(value) && low.endsWith("s") && !low.includes(" ")) return `${value} ${value === "1" ? low.slice(0, -1) : low}`;
  return `${low} ${value}`;
}

function showSeed() {
  const isKept = Boolean(composer().querySelector("[data-seed-input]")?.value);
  composer().querySelector("[data-seed-keep]")?.setAttribute("aria-pressed", isKept);
  composer().querySelector("[data-seed-shuffle]")?.setAttribute("aria-pressed", !isKept);
}

function show() {
  showSeed();
  for (const chip of composer().querySelectorAll("[data-chip]")) {
    const { chip: name, label } = chip.dataset;
    const value = valueOf(name);
    chip.textContent = words(name, label, value).slice(0, 40);
    chip.hidden = name !== "seed" && name !== "size" && (value === "" || value === "off");
  }
  const count = composer().querySelector("[data-count]");
  const images = Number(valueOf("num_outputs")) || 1;
  if (!count) return;
  count.textContent = images;
  composer().querySelector("[data-noun]").textContent = images === 1 ? "image" : "images";
}

function pair(target) {
  const name = target.dataset.slider ?? target.name;
  const slider = composer().querySelector(`[data-slider="${CSS.escape(name)}"]`);
  const number = slider?.parentElement.querySelector("input[name]");
  if (slider === target) number.value = slider.value;
  else if (slider) slider.value = number.value;
}

function lastSeed() {
  return document.querySelector(".prediction[data-seed]")?.dataset.seed ?? "";
}

function shown() {
  for (const button of composer()?.querySelectorAll(".seed-act") ?? []) button.hidden = false;
}

document.addEventListener("input", ({ target }) => {
  if (!composer()?.contains(target)) return;
  pair(target);
  show();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-seed-keep], [data-seed-shuffle]");
  if (!button) return;
  const field = composer().querySelector("[data-seed-input]");
  field.value = "seedKeep" in button.dataset ? field.value || lastSeed() : "";
  if (!field.value) field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:after:swap", shown);
if (composer()) {
  shown();
  show();
}
