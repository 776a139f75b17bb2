// The state of the service itself: model and threshold, self-test, record, followers, settings, cameras, alarms.

import { read, send } from "./api.js";
import { alarmRow } from "./alarm_row.js";
import { element, part } from "./dom.js";
import { bytes, clock, count, duration, number, share, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { cameraState, lastPicture } from "./board.js";
import { row } from "./table.js";
import { verdictMark } from "./verdict_mark.js";

const ALARMS_SHOWN = 50;

/** Draws the view from the latest status; reads the alarms anew, with which `actions` can be taken. */
export async function drawSystem(plant, status, actions) {
  if (!status) return;
  part("system-cameras").replaceChildren(...plant.cameras().map((camera) => cameraRow(plant, camera)));
  try {
    const [standing, newest, figures] = await Promise.all([
      read("v1/alarms", { standing: true, limit: 1000 }), read("v1/alarms", { limit: ALARMS_SHOWN }), read("v1/alarms/figures")]);
    const known = new Set(standing.items.map((alarm) => alarm.alarm_id));
    const alarms = [...standing.items, ...newest.items.filter((alarm) => !known.has(alarm.alarm_id))];
    part("system-alarms").replaceChildren(...(alarms.length > 0 ? alarms.map((alarm) => alarmRow(alarm, actions)) : [emptyRow()]));
    part("system-cards").replaceChildren(
      serviceCard(status), modelCard(status.model), selfTestCard(status.self_test), alarmCard(figures),
      journalCard(status.journal, status.machine), followersCard(status.followers), settingsCard(status.settings), versionsCard(status.machine.versions));
  } catch (error) {
    notice(failure(error), "bad");
  }
}

function serviceCard({ ready, problems, troubles, software_version: version, now }) {
  return card("system.service", state(ready, "system.ready", "system.not_ready"), [
    ...problems.map((problem) => [null, problem]),
    ...troubles.map((trouble) => [null, `${trouble.text} (${duration(Date.parse(now) - Date.parse(trouble.since))})`]),
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
    ["system.strategy", word("strategy", threshold.strategy)],
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

/** The figures beside what one operator can bear; what is above is marked. */
function alarmCard(figures) {
  const pairs = [
    ["system.average", figures.average_an_hour, figures.guide_average_an_hour], ["system.peak", figures.peak, figures.guide_peak],
    ["system.standing", figures.standing, figures.guide_standing], ["system.chattering", figures.chattering, figures.guide_chattering],
  ];
  const bearable = pairs.every(([, value, guide]) => value <= guide);
  return card("system.alarm_load", state(bearable, "system.bearable", "system.unbearable"), [
    ["system.last_hour", count(figures.last_hour)],
    ...pairs.map(([key, value, guide]) => [key, `${number(value, 2)} (${text("system.guide", { guide })})${value > guide ? " ▲" : ""}`]),
  ]);
}

function journalCard(journal, { disk_free_bytes: free, disk_bytes: whole, pictures_bytes: pictures }) {
  return card("system.journal", state(journal.problem === null, "system.writable", "system.not_writable"), [
    [null, journal.problem],
    ["system.rows", count(journal.entries)],
    ["system.size", bytes(journal.size_bytes)],
    ["system.pictures", bytes(pictures)],
    ["system.disk", text("system.free", { free: bytes(free), whole: bytes(whole) })],
  ]);
}

function followersCard(followers) {
  const good = followers.every((follower) => follower.problem === null);
  const rows = followers.map(({ name, behind, problem }) => [null, `${name}: ${problem ?? text("system.behind", { count: behind })}`]);
  const none = [[null, text("system.no_followers")]];
  return card("system.followers", state(good, "system.reached", "system.not_reached"), rows.length > 0 ? rows : none);
}

function settingsCard(settings) {
  const rows = settings.map(({ name, value, default: usual }) => [null, `${name} = ${value} (${text("system.default", { value: usual || "–" })})`]);
  return card("system.settings", null, rows.length > 0 ? rows : [[null, text("system.all_default")]]);
}

function versionsCard(versions) {
  return card("system.versions", null, [[null, Object.entries(versions).map((pair) => pair.join(" ")).join(" · ")]]);
}

/** Lets the buttons of the view run the self-test and copy a report for whoever helps; `status()` gives the latest. */
export function offerSystem(status) {
  part("self-test").addEventListener("click", (event) => runSelfTest(event.target));
  part("support").addEventListener("click", () => copySupport(status()));
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

async function copySupport(status) {
  const written = JSON.stringify({ status, page: { address: location.href, browser: navigator.userAgent, screen: [innerWidth, innerHeight] } }, null, 1);
  try {
    await navigator.clipboard.writeText(written);
    notice(text("system.copied"), "good");
  } catch { // only pages over TLS, or of this machine, may copy: then it is there to be marked by hand
    part("support-text").value = written;
    part("support-dialog").showModal();
    part("support-text").select();
  }
}

function cameraRow(plant, camera) {
  const { cameraId, expectedIntervalS: interval, lastAt, drifting } = camera;
  const changed = drifting.map((figure) => word("figure", figure)).join(", ") || text("system.drift_none");
  return row([cameraId, text(`camera.${cameraState(plant, camera)}`), count(plant.wellsOf(camera).length),
    interval ? text("unit.s", { count: number(interval) }) : "–",
    lastAt ? lastPicture(plant, camera) : "–", changed]);
}

function emptyRow() {
  return element("tr", {}, element("td", { colspan: 6 }, text("system.no_alarms")));
}

function card(title, head, pairs) {
  const shown = pairs.filter(([, value]) => value !== false && value !== null && value !== undefined);
  return element("section", { class: "plate" }, element("h3", {}, text(title)), head,
    element("dl", {}, ...shown.flatMap(([key, value]) => [element("dt", {}, key ? text(key) : ""), element("dd", {}, String(value))])));
}

function state(good, yes, no) {
  return element("p", { class: `state state-${good ? "good" : "bad"}` }, verdictMark(good ? "no_leak" : "leak"), text(good ? yes : no));
}
