// The picture that one opens grows out of its card and shrinks back into it, where the browser has view transitions.
function outputOf(url) {
  return url ? new URL(url).pathname.match(/^\/gallery\/([0-9a-z]{26})\/$/)?.[1] : undefined;
}

async function lend(transition, url) {
  const id = transition && outputOf(url);
  const picture = id && document.getElementById(`output-${id}`)?.querySelector("[data-grows]");
  if (!picture) return;
  picture.style.viewTransitionName = "picture";
  await transition.finished.catch(() => undefined); // skipped, as when the next page takes no part in it
  picture.style.viewTransitionName = "";
}

addEventListener("pageswap", ({ viewTransition, activation }) => lend(viewTransition, activation?.entry?.url));
addEventListener("pagereveal", ({ viewTransition }) => lend(viewTransition, window.navigation?.activation?.from?.url));
