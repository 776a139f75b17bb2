// A decision's measured figures and its record, as tables.

import { element } from "./dom.js";
import { number, text } from "./language.js";

const FIGURES = ["brightness", "contrast", "sharpness"];
const IDS = ["decision_id", "camera_id", "well_id", "cast_id", "captured_at", "received_at", "answered_at", "image_sha256", "request_id"];

/** What was measured of the picture beside what the artefact allows; what is outside is marked. */
export function figuresTable({ picture }, manifest) {
  const limits = manifest?.gate?.figures ?? {};
  const rows = FIGURES.map((name) => row(text(`figure.${name}`), picture[name], limits[name]));
  const size = element("tr", {}, element("th", { scope: "row" }, text("figure.size")),
    element("td", {}, `${picture.width} × ${picture.height}`), element("td"));
  return element("table", { class: "figures" },
    element("thead", {}, element("tr", {}, element("td"), heading("figure.measured"), heading("figure.allowed"))),
    element("tbody", {}, ...rows, size));
}

/** Everything that identifies the decision, for whoever writes a report. */
export function recordList(decision) {
  const { model, timing_ms: timing } = decision;
  const pairs = [
    ...IDS.map((name) => [text(`record.${name}`), decision[name]]),
    [text("record.artifact"), model.artifact],
    [text("record.artifact_sha256"), model.artifact_sha256],
    [text("record.software_version"), model.software_version],
    [text("record.timing"), timing && text("record.milliseconds", { value: number(timing.total) })],
  ];
  const filled = pairs.filter(([, value]) => value !== null && value !== undefined);
  return element("dl", { class: "record" },
    ...filled.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function row(name, value, range) {
  const outside = range && ((range.low ?? -Infinity) > value || value > (range.high ?? Infinity));
  return element("tr", { class: outside ? "outside" : null },
    element("th", { scope: "row" }, name), element("td", {}, number(value)), element("td", {}, allowed(range)));
}

function allowed(range) {
  const { low = null, high = null } = range ?? {};
  if (low === null && high === null) return text("figure.any");
  if (high === null) return `≥ ${number(low)}`;
  return low === null ? `≤ ${number(high)}` : `${number(low)} … ${number(high)}`;
}

function heading(key) {
  return element("th", { scope: "col" }, text(key));
}
