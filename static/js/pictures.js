// Pictures in the composer: a chosen file is sent at once, and its place shows it; removing it takes no server.
// Without scripts the same field has a button of its own. dropping.js and mask.js send files through `send`.
const row = () => document.getElementById("composer-pictures");
const fieldOf = (name) => row()?.querySelector(`[data-picture="${CSS.escape(name)}"]`);

function ready() {
  if (!row()) return;
  for (const button of row().querySelectorAll("[data-plain]")) button.remove();
  for (const hidden of row().querySelectorAll("[data-picture-remove], [data-mask-paint]")) hidden.hidden = false;
  for (const file of row().querySelectorAll("[data-picture-file]")) file.removeAttribute("name"); // it goes by itself
}

function complain(field, sentence) {
  const place = field.querySelector("[data-error]");
  place.textContent = sentence;
  field.removeAttribute("aria-busy");
}

function swap(html, name) {
  const made = new DOMParser().parseFromString(html, "text/html").getElementById("composer-pictures");
  if (!made) return false;
  row().replaceWith(made);
  ready();
  fieldOf(name)?.querySelector("[data-picture-file]")?.focus({ preventScroll: true });
  return true;
}

// `file` for the field `name`: sent with all that the composer holds, answered with its pictures.
export async function send(name, file) {
  const field = fieldOf(name);
  if (!field || field.getAttribute("aria-busy") === "true") return;
  const most = Number(row().dataset.mostMb);
  if (file.size > most * 2 ** 20) return complain(field, `The file is larger than ${most} MB, which is the most. Choose a smaller picture.`);
  const body = new FormData(document.getElementById("composer"));
  body.set("composer-add", name);
  body.set(`${name}-file`, file);
  field.setAttribute("aria-busy", "true");
  complainNot(field);
  try {
    const answer = await fetch(row().dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } });
    const where = answer.headers.get("HX-Redirect");
    if (where) location.assign(where);
    else if (!swap(await answer.text(), name)) complain(field, "The picture was not taken. Reload the page, then add it again.");
  } catch {
    complain(field, "The picture did not arrive. Check your connection, then add it again.");
  } finally {
    fieldOf(name)?.removeAttribute("aria-busy");
  }
}

function complainNot(field) {
  field.querySelector("[data-error]").textContent = "";
}

// Where a picture goes that was dropped or pasted and says nothing of a field.
export function firstField() {
  return row()?.querySelector("[data-picture]")?.dataset.picture ?? "";
}

function remove(button) {
  const field = button.closest("[data-picture]");
  field.querySelector("[data-held]").remove();
  field.querySelector("[data-word]").textContent = field.getAttribute("aria-label");
  if (field.dataset.picture === "start_image") {
    for (const other of row().querySelectorAll('[data-control="mask"], [data-control="strength"]')) other.remove();
  }
  field.querySelector("[data-picture-file]").focus();
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-picture-file]") || !target.files.length) return;
  send(target.closest("[data-picture]").dataset.picture, target.files[0]);
  target.value = "";
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-picture-remove]");
  if (button) remove(button);
});

document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (!file || !firstField()) return;
  event.preventDefault();
  send(firstField(), file);
});

document.addEventListener("htmx:after:swap", ready);
ready();
