// Not a module, so that it stands when modules fail: where a file of the page does not arrive, the page is loaded anew.

const AGAIN_MS = 3000;

addEventListener("error", ({ target }) => {
  const isFile = target instanceof HTMLScriptElement || target instanceof HTMLLinkElement;
  if (isFile) setTimeout(() => location.reload(), AGAIN_MS);
}, true);
