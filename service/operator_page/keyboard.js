// The keys. They are read by their place on the keyboard, so that they work in Latin and Cyrillic alike.

import { part } from "./dom.js";

const VIEWS = { Digit1: "board", Digit2: "history", Digit3: "system" };

/** Listens; `goTo(view)` and `toggleWall()` change what is shown. */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (act(event, actions)) event.preventDefault();
  });
}

function act({ code, key }, { goTo, toggleWall }) {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return press(dialog.querySelector(`[data-key="${code}"]`));
  if (code in VIEWS) return done(goTo(VIEWS[code]));
  if (code === "KeyW") return done(toggleWall());
  if (code === "KeyH" || key === "?") return done(part("keys").showModal());
  if (code === "KeyJ" || code === "ArrowDown") return step(1);
  if (code === "KeyK" || code === "ArrowUp") return step(-1);
  if (code === "KeyA") return press(chosenCard()?.querySelector(".acknowledge:not([hidden])"));
  return false;
}

function step(direction) {
  const cards = [...part("attention").querySelectorAll(".card")];
  if (cards.length === 0 || part("board").hidden) return false;
  const place = cards.indexOf(chosenCard());
  const next = place < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, place + direction));
  cards[next].querySelector(".look").focus();
  return true;
}

function chosenCard() {
  return document.activeElement?.closest?.(".card") ?? null;
}

function press(button) {
  button?.click();
  return Boolean(button);
}

function done() {
  return true;
}

function isTyping(target) {
  return target.matches("input:not([type=file]), textarea, select");
}
