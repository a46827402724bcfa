// A form with one file: a file dropped or pasted on the page is put into it, and the form is sent.
const form = document.querySelector("[data-filedrop]");
const field = form?.querySelector('input[type="file"]');

function take(files) {
  if (!files?.length) return;
  field.files = files;
  form.requestSubmit();
}

if (field) {
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (name !== "dragleave") event.preventDefault();
      form.classList.toggle("over", name === "dragover");
    });
  }
  document.addEventListener("drop", (event) => take(event.dataTransfer?.files));
  document.addEventListener("paste", (event) => take(event.clipboardData?.files));
}
