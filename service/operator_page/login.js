// Signing in once with a key; the service answers with a cookie that no script can read.

import { remove, send } from "./api.js";
import { part, setText } from "./dom.js";
import { text } from "./language.js";
import { failure } from "./notice.js";

/** Wires the form; `entered()` is called when the key was accepted. */
export function prepareLogin(entered) {
  part("login").addEventListener("cancel", (event) => event.preventDefault());
  part("login-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = part("login-key").value;
    try {
      await send("v1/session", { key });
      part("login-form").reset();
      part("login").close();
      part("sign-out").hidden = false;
      entered();
    } catch (error) {
      setText(part("login-problem"), error.status === 401 ? text("login.refused") : failure(error));
    }
  });
  part("sign-out").addEventListener("click", async () => {
    await remove("v1/session");
    location.reload();
  });
}

/** Asks for a key. */
export function askForKey() {
  setText(part("login-problem"), "");
  if (!part("login").open) part("login").showModal();
}
