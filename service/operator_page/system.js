// The state of the service itself: model and threshold, self-test, journal, cameras, alarms.

import { read, send } from "./api.js";
import { element, part } from "./dom.js";
import { bytes, clock, count, number, share, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { cameraState, lastPicture } from "./board.js";
import { verdictMark } from "./verdict_mark.js";

const ALARMS_SHOWN = 20;

/** Draws the view from the latest status; reads the alarms anew, with which `actions` can be taken. */
export async function drawSystem(plant, status, actions) {
  if (!status) return;
  part("system-cards").replaceChildren(
    serviceCard(status), modelCard(status.model), selfTestCard(status.self_test), journalCard(status.journal));
  part("system-cameras").replaceChildren(...plant.cameras().map((camera) => cameraRow(plant, camera)));
  try {
    const { items } = await read("v1/alarms", { limit: ALARMS_SHOWN });
    part("system-alarms").replaceChildren(...(items.length > 0 ? items.map((alarm) => alarmRow(alarm, actions)) : [emptyRow()]));
  } catch (error) {
    notice(failure(error), "bad");
  }
}

function serviceCard({ ready, problems, software_version: version, now }) {
  return card("system.service", state(ready, "system.ready", "system.not_ready"), [
    ...problems.map((problem) => [null, problem]),
    ["system.version", version],
    [null, text("system.updated", { time: clock(now) })],
  ]);
}

function modelCard(model) {
  if (!model) return card("system.model", state(false, "", "system.absent"), []);
  const { artifact, threshold } = model;
  const bound = (value) => value !== null && text("system.bound", { share: share(value) });
  return card("system.model", element("p", { class: "state" }, model.name), [
    ["system.artifact", artifact],
    ["system.threshold", number(threshold.value, 5)],
    ["system.strategy", threshold.strategy],
    ["system.grey_zone", threshold.grey_zone_from !== null && number(threshold.grey_zone_from, 5)],
    ["system.false_alarms", bound(threshold.false_alarm_upper_bound)],
    ["system.escapes", bound(threshold.escape_upper_bound)],
  ]);
}

function selfTestCard(selfTest) {
  if (!selfTest) return card("system.self_test", state(false, "", "system.absent"), []);
  return card("system.self_test", state(selfTest.ok, "system.passed", "system.failed"), [
    [null, selfTest.problem],
    ["system.self_test_at", clock(selfTest.tested_at)],
    ["system.self_test_pictures", selfTest.pictures.length],
  ]);
}

function journalCard(journal) {
  return card("system.journal", state(journal.problem === null, "system.writable", "system.not_writable"), [
    [null, journal.problem],
    ["system.rows", count(journal.entries)],
    ["system.size", bytes(journal.size_bytes)],
  ]);
}

/** Lets the button of the self-test run it. */
export function offerSelfTest() {
  part("self-test").addEventListener("click", (event) => runSelfTest(event.target));
}

async function runSelfTest(button) {
  button.disabled = true;
  try {
    const { ok } = await send("v1/self-test", {});
    notice(`${text("system.self_test")}: ${text(ok ? "system.passed" : "system.failed")}`, ok ? "good" : "bad");
  } catch (error) {
    notice(failure(error), "bad");
  }
  button.disabled = false;
}

function cameraRow(plant, camera) {
  const { cameraId, expectedIntervalS: interval, lastAt, drifting } = camera;
  const changed = drifting.map((figure) => word("figure", figure)).join(", ") || text("system.drift_none");
  return row([cameraId, text(`camera.${cameraState(plant, camera)}`), count(plant.wellsOf(camera).length),
    interval ? text("unit.s", { count: number(interval) }) : "–",
    lastAt ? lastPicture(plant, camera) : "–", changed]);
}

function alarmRow(alarm, { acknowledge }) {
  const taken = alarm.acknowledged_at
    ? [text("card.acknowledged", { operator: alarm.acknowledged_by }), clock(alarm.acknowledged_at), alarm.comment].filter(Boolean).join(" · ")
    : element("button", { type: "button", onclick: () => acknowledge([alarm]) }, text("card.acknowledge"));
  return row([clock(alarm.raised_at), element("span", { class: "verdict" }, verdictMark(alarm.verdict), word("verdict", alarm.verdict)),
    alarm.camera_id ?? "–", alarm.well_id ?? "–", taken]);
}

function emptyRow() {
  return element("tr", {}, element("td", { colspan: 5 }, text("system.no_alarms")));
}

function card(title, head, pairs) {
  const shown = pairs.filter(([, value]) => value !== false && value !== null && value !== undefined);
  return element("section", { class: "plate" }, element("h3", {}, text(title)), head,
    element("dl", {}, ...shown.flatMap(([key, value]) => [element("dt", {}, key ? text(key) : ""), element("dd", {}, String(value))])));
}

function state(good, yes, no) {
  return element("p", { class: `state state-${good ? "good" : "bad"}` }, verdictMark(good ? "no_leak" : "leak"), text(good ? yes : no));
}

function row(values) {
  return element("tr", {}, ...values.map((value) => element("td", {}, value)));
}
