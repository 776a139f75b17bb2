// Short notices at the foot of the page: what was done, what did not work.

import { element, part } from "./dom.js";
import { text } from "./language.js";

const STAYS_MS = 5000;

/** Shows a notice, `good` or `bad`, for a few seconds. */
export function notice(words, kind) {
  const node = element("p", { class: `notice notice-${kind}` }, words);
  const place = document.querySelector("dialog[open]") ?? document.body;
  place.append(part("notices"));
  part("notices").replaceChildren(node);
  setTimeout(() => node.remove(), STAYS_MS);
}

/** A failed call in words. */
export function failure(error) {
  const known = { 0: "failed.unreachable", 403: "failed.refused" }[error.status];
  return text("failed", { detail: known ? text(known) : error.message });
}
