// An alarm as a row of the system view: whatever its camera, it can be acknowledged, shelved and taken up again here.

import { element } from "./dom.js";
import { clock, number, text, word } from "./language.js";
import { verdictMark } from "./verdict_mark.js";

/** The row, with buttons for what can be done about the alarm. */
export function alarmRow(alarm, { acknowledge, shelve, unshelve }) {
  const button = (key, act) => element("button", { type: "button", onclick: () => act(alarm) }, text(key));
  const waits = alarm.state === "unacknowledged" || alarm.state === "returned";
  const canShelve = alarm.active && alarm.well_id !== null && alarm.state !== "shelved" && alarm.state !== "normal";
  const actions = element("div", { class: "actions" },
    waits && button("card.acknowledge", (one) => acknowledge([one])),
    canShelve && button("card.shelve", shelve), alarm.state === "shelved" && button("card.unshelve", unshelve));
  return element("tr", {},
    cell(clock(alarm.raised_at)), cell(element("span", { class: "verdict" }, verdictMark(alarm.verdict), word("verdict", alarm.verdict))),
    cell(alarm.camera_id ?? "–"), cell(alarm.well_id ?? "–"), cell(number(alarm.score_ratio, 3)),
    cell(element("span", {}, stateOf(alarm)), actions));
}

function stateOf(alarm) {
  const who = alarm.acknowledged_by && [text("card.acknowledged", { operator: alarm.acknowledged_by }), clock(alarm.acknowledged_at), alarm.comment];
  const shelf = alarm.shelved_until && [text("card.shelved", { operator: alarm.shelved_by, time: clock(alarm.shelved_until), reason: alarm.shelf_reason })];
  return [word("state", alarm.state), ...(who || []), ...(shelf || [])].filter(Boolean).join(" · ");
}

function cell(...content) {
  return element("td", {}, ...content);
}
