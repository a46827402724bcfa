// Passkey buttons: shown where the browser can use passkeys, and a failure says so in words beside them.

const SENTENCES = {
  NotAllowedError: "Nothing was chosen, or it took too long. Try again.",
  InvalidStateError: "This passkey is in your account already.",
};
const OTHERWISE = "This browser could not use a passkey here. Try another way.";

function say(sentence) {
  for (const place of document.querySelectorAll("[data-passkey-message]")) place.textContent = sentence;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(SENTENCES[event.detail.exception?.name] ?? OTHERWISE);
});

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = true;
}
