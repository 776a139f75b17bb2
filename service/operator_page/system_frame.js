// What stands in the system view before any answer: heads, buttons, tables, which others fill by their ids.

import { element } from "./dom.js";
import { text } from "./language.js";
import { table } from "./table.js";

const FLIPS = ["shadow.flips", "history.camera", "history.well", "shadow.served", "history.ratio", "shadow.other", "history.ratio"];
const CAMERAS = ["history.camera", "system.state", "report.wells", "system.interval", "system.last", "system.drift"];
const SHIFTS = ["history.camera", "shift.periods", "shift.evidence", "shift.memory", "system.state"];
const ALARMS = ["system.raised", "history.verdict", "history.camera", "history.well", "history.ratio", "system.state"];

/** The parts of the view. */
export function systemFrame() {
  return [
    element("header", { class: "view-head" }, element("h1", {}, text("system.title")),
      actions(button("support", "system.support"), button("self-test", "system.self_test_run"))),
    element("div", { id: "system-cards", class: "plates" }),
    title("shadow.title"),
    actions(button("shadow-choose", "shadow.choose"), button("shadow-promote", "shadow.promote", true), button("shadow-drop", "shadow.drop", true)),
    element("div", { id: "shadow-facts", class: "plate" }),
    element("div", { id: "shadow-table", hidden: true }, table("shadow.flips", FLIPS, element("tbody", { id: "shadow-flips" }))),
    title("system.cameras"),
    table("system.cameras", CAMERAS, element("tbody", { id: "system-cameras" })),
    title("shift.title"),
    element("p", { id: "shift-none", class: "hint" }, text("shift.none")),
    element("div", { id: "shift-table", hidden: true }, table("shift.title", SHIFTS, element("tbody", { id: "shift-rows" }))),
    title("system.alarms"),
    table("system.alarms", ALARMS, element("tbody", { id: "system-alarms" })),
  ];
}

function title(key) {
  return element("h2", {}, text(key));
}

function actions(...buttons) {
  return element("div", { class: "actions" }, ...buttons);
}

function button(id, key, hidden = false) {
  return element("button", { id, type: "button", hidden }, text(key));
}
