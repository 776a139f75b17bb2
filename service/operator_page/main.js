// The page: where the parts meet.

import { alarmActions } from "./alarm_actions.js";
import { read } from "./api.js";
import { attentionOf } from "./attention.js";
import { Board } from "./board.js";
import { Cards } from "./cards.js";
import { commissioning } from "./commission_view.js";
import { drawBanners } from "./banners.js";
import { openDecision } from "./decision_dialog.js";
import { part, setText } from "./dom.js";
import { drawFirstSteps } from "./first_steps.js";
import { gaugeStudy } from "./gauge.js";
import { History } from "./history.js";
import { listenToKeys } from "./keyboard.js";
import { clock, switchLanguage, text, translate } from "./language.js";
import { showLayout } from "./layout_view.js";
import { Link } from "./link.js";
import { askForKey, prepareLogin } from "./login.js";
import { Plant } from "./plant.js";
import { recall, remember } from "./preferences.js";
import { castReport } from "./report.js";
import { drawShadow, offerShadow } from "./shadow.js";
import { drawShifts } from "./shift.js";
import { hearAlarm, offerSound } from "./sound.js";
import { nameCells } from "./stacked_tables.js";
import { handsAtWork } from "./steady.js";
import { drawSummary } from "./summary.js";
import { drawSystem, offerSystem } from "./system.js";
import { systemFrame } from "./system_frame.js";
import { offerTrial } from "./trial.js";
import { legend } from "./verdict_mark.js";
import { WhatIf } from "./what_if.js";
import { goTo, listenToAddress, toggleWall } from "./views.js";

const STATUS_MS = 5000;
const TICK_MS = 1000;
const DRAW_EVERY_MS = 100; // in a flood events come a hundred times a second

let status = null;
let waiting = false;
let drawnAt = -Infinity;
const plant = new Plant();
let begun = false;
const link = new Link(plant, { changed: drawSoon, refused: askForKey, happened: askStatus, alarmed: (alarm) => hearAlarm(alarm, !begun) });
const actions = alarmActions((alarm) => {
  plant.alarmed(alarm);
  hearAlarm(alarm);
  showSystem();
  drawSoon();
});
const open = (decision) => openDecision(decision.decision_id, status?.model);

part("system").append(...systemFrame());
translate(document);
nameCells(document);
part("legend").append(...legend());
const board = new Board(plant, open);
const cards = new Cards(plant, { open, ...actions });
const history = new History(plant, open);
const whatIf = new WhatIf(open);

part("language").addEventListener("click", switchLanguage);
part("colours").addEventListener("click", switchColours);
part("wall").addEventListener("click", toggleWall);
part("help").addEventListener("click", () => part("keys").showModal());
for (const button of document.querySelectorAll("dialog [data-closes]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
useColours(recall("colours"));
prepareLogin(begin);
offerSound();
offerTrial(open);
offerSystem(() => status);
offerShadow(askStatus);
listenToKeys({ goTo, toggleWall });
listenToAddress({
  history: (query) => history.show(query),
  report: castReport(open),
  system: showSystem,
  layout: showLayout,
  gauge: gaugeStudy(),
  "what-if": () => whatIf.show(),
  commission: commissioning(open),
});
setInterval(drawSoon, TICK_MS);
setInterval(askStatus, STATUS_MS);
begin();

function begin() {
  link.open();
  board.learn();
  askStatus();
}

async function askStatus() {
  try {
    status = await read("v1/status");
  } catch {
    return; // the link says so loudly
  }
  part("sign-out").hidden = !status.keys_needed;
  showSystem();
  drawSoon();
}

function showSystem() {
  if (part("system").hidden) return;
  drawSystem(plant, status, actions);
  drawShadow(open);
  drawShifts(askStatus);
}

function drawSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => requestAnimationFrame(() => {
    waiting = false;
    drawnAt = performance.now();
    draw();
  }), Math.max(0, drawnAt + DRAW_EVERY_MS - performance.now()));
}

function draw() {
  if (!begun && link.state === "live") {
    begun = true;
    showSystem();
  }
  document.body.dataset.link = link.state;
  setText(part("link-words"), text(`link.${link.state}`));
  setText(part("clock"), clock(Date.now()));
  const attention = attentionOf(plant);
  drawSummary(plant, link, attention);
  drawFirstSteps(plant, link, Boolean(status?.keys_needed));
  if (link.state !== "live" || !handsAtWork()) drawBanners(plant, link, status);
  cards.draw(attention);
  board.draw(attention);
}

function switchColours() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  remember("colours", dark ? "light" : "dark");
  useColours(dark ? "light" : "dark");
}

function useColours(colours) {
  document.documentElement.dataset.colours = colours ?? "dark";
}
