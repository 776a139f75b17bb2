// A short tone for a new leak that nobody has acknowledged. Browsers play nothing before somebody has pressed something.

import { part, setAttribute } from "./dom.js";
import { text } from "./language.js";
import { recall, remember } from "./preferences.js";

const TONES = [[880, 0], [660, 0.18]]; // hertz, seconds
const LASTS_S = 0.16;
const LOUDNESS = 0.25;
const AGAIN_MS = 3000; // a flood is one tone, not fifty

const heard = new Set();
let context = null;
let playedAt = -Infinity;

/** Wires the button; where the sound was on before, the first press anywhere brings it back. */
export function offerSound() {
  part("sound").addEventListener("click", toggle);
  addEventListener("pointerdown", () => recall("sound") === "on" && awake());
  addEventListener("keydown", () => recall("sound") === "on" && awake());
  show();
}

/** Takes note of an alarm; one that is new and waits is heard. `old` ones stood before the page was opened. */
export function hearAlarm(alarm, old = false) {
  const known = heard.has(alarm.alarm_id);
  if (alarm.verdict !== "leak" || alarm.state !== "unacknowledged") {
    heard.delete(alarm.alarm_id);
    return;
  }
  heard.add(alarm.alarm_id);
  if (!known && !old) play();
}

function toggle() {
  remember("sound", recall("sound") === "on" ? "off" : "on");
  if (recall("sound") === "on") {
    awake();
    play();
  }
  show();
}

async function awake() {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
  show();
}

function play() {
  if (recall("sound") !== "on" || context?.state !== "running" || performance.now() - playedAt < AGAIN_MS) return;
  playedAt = performance.now();
  for (const [pitch, later] of TONES) tone(pitch, context.currentTime + later);
}

function tone(pitch, at) {
  const source = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  volume.gain.linearRampToValueAtTime(0, at + LASTS_S);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + LASTS_S);
}

function show() {
  const on = recall("sound") === "on";
  const state = on ? (context?.state === "running" ? "on" : "asleep") : "off";
  setAttribute(part("sound"), "data-state", state);
  setAttribute(part("sound"), "aria-pressed", String(on));
  setAttribute(part("sound"), "aria-label", text(`sound.${state}`));
  part("sound").title = text(`sound.${state}`);
}
