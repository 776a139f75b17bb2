// The report of a cast or a time: wells, leaks, unknowns, alarms, reviews and pictures; to read, to print, to save as CSV.

import { decisionPath, read, withQuery } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, count, number, text, word } from "./language.js";
import { failure } from "./notice.js";
import { tableSection } from "./table.js";
import { timeline } from "./timeline.js";
import { verdictMark } from "./verdict_mark.js";

const MOST_PICTURES = 24;

/** Prepares the view; `open(decision)` shows one closer. Returns what shows the report of an address. */
export function castReport(open) {
  part("report-print").addEventListener("click", () => print());
  return (query) => show(Object.fromEntries(query), open);
}

async function show(wanted, open) {
  const title = wanted.cast_id ? text("report.cast", { cast: wanted.cast_id }) : text("report.title");
  setText(part("report-title"), title);
  part("report-csv").href = withQuery("v1/report", { ...wanted, format: "csv" });
  try {
    const report = await read("v1/report", wanted);
    part("report-content").replaceChildren(...content(report, open));
  } catch (error) {
    part("report-content").replaceChildren(element("p", { class: "hint", role: "alert" }, failure(error)));
  }
}

function content(report, open) {
  const look = (id) => open({ decision_id: id });
  const troubled = report.wells.filter((well) => well.leak + well.unknown > 0);
  return [
    element("p", {}, text("report.span", { from: clock(report.since), to: clock(report.until) })),
    figures(report, troubled),
    element("section", { class: "timeline" }, ...timeline(report, { open: look })),
    tableSection("report.wells", ["history.camera", "history.well", "report.pictures", "verdict.leak", "verdict.unknown", "figure.score"], troubled.map(wellRow)),
    goodWells(report.wells.filter((well) => well.leak + well.unknown === 0)),
    tableSection("system.alarms", ["system.raised", "history.verdict", "history.camera", "history.well", "history.ratio", "system.state", "report.by"], report.alarms.map(alarmRow)),
    tableSection("report.reviews", ["history.time", "history.camera", "history.well", "history.verdict", "report.by", "report.comment"], report.reviews.map(reviewRow)),
    pictures(troubled, look),
  ];
}

function figures({ pictures: judged, leak, unknown, wells, alarms, reviews }, troubled) {
  const pairs = [
    ["report.wells", count(wells.length)], ["report.troubled", count(troubled.length)],
    ["report.pictures", judged === null ? text("report.too_many") : count(judged)],
    ["report.leaks", count(leak)], ["report.unknowns", count(unknown)],
    ["system.alarms", count(alarms.length)], ["report.reviews", count(reviews.length)],
  ];
  return element("dl", { class: "report-figures" },
    ...pairs.map(([key, value]) => element("div", {}, element("dt", {}, text(key)), element("dd", {}, value))));
}

function goodWells(wells) {
  const cameras = [...Map.groupBy(wells, (well) => well.camera_id ?? "–")];
  const order = new Intl.Collator("en", { numeric: true });
  const names = (some) => some.map((well) => well.well_id ?? "–").sort(order.compare).join(", ");
  return element("section", {}, element("h2", {}, text("summary.good", { count: wells.length })),
    ...cameras.map(([camera, some]) => element("p", {}, `${camera}: ${names(some)}`)));
}

function wellRow({ camera_id: camera, well_id: well, pictures: judged, leak, unknown, worst_score: worst }) {
  return [camera, well, judged === null ? "–" : count(judged), count(leak), count(unknown), number(worst)];
}

function alarmRow(alarm) {
  return [clock(alarm.raised_at), verdict(alarm.verdict), alarm.camera_id, alarm.well_id, number(alarm.score_ratio, 3),
    word("state", alarm.state), alarm.acknowledged_by ?? alarm.shelved_by];
}

function reviewRow({ received_at: at, camera_id: camera, well_id: well, verdict: said, reviewer, comment }) {
  return [clock(at), camera, well, verdict(said), reviewer, comment];
}

function verdict(name) {
  return element("span", { class: "verdict" }, verdictMark(name), word("verdict", name));
}

/** The newest of the worst pictures of each troubled well; one that was not kept leaves its name alone. */
function pictures(wells, look) {
  const shown = wells.slice(0, MOST_PICTURES).map((well) => {
    const name = [well.camera_id, well.well_id].filter(Boolean).join(" · ");
    const image = element("img", { src: decisionPath(well.decision_id, "/picture"), alt: text("picture.alt", { well: name }), loading: "lazy", onerror: () => image.remove() });
    return element("figure", {}, element("button", { type: "button", class: "picture", onclick: () => look(well.decision_id) },
      image, element("figcaption", {}, verdictMark(well.leak > 0 ? "leak" : "unknown"), ` ${name}`)));
  });
  return element("section", { hidden: shown.length === 0 }, element("h2", {}, text("report.worst")), element("div", { class: "report-pictures" }, ...shown));
}
