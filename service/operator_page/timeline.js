// A strip a well: where its leaks and unknowns lie in time, and alarms and reviews; a dragged stretch is zoomed into.

import { drawing, element } from "./dom.js";
import { clock, number, text } from "./language.js";
import { wellName } from "./wording.js";

const WIDTH = 1000;
const HEIGHT = 26;
const MOST_WELLS = 40;
const TICKS = 4;
const LEAST_DRAG = 6;
const LEAST_MS = 10_000;

/** The strips of a report (`GET v1/report`); `zoom(from, to)` and `open(decisionId)` are called by hand. */
export function timeline(report, { zoom = null, open } = {}) {
  const scale = scaleOf(report);
  const troubled = report.wells.filter((well) => well.leak + well.unknown > 0);
  const rows = troubled.slice(0, MOST_WELLS).map((well) => strip(well, report, scale, { zoom, open }));
  const rest = troubled.length - rows.length;
  return [
    element("header", { class: "timeline-head" }, element("h2", {}, text("timeline.title", { count: troubled.length })), zoom && zoomButtons(scale, zoom)),
    element("div", { class: "timeline-place" }, ...rows, rows.length > 0 ? ticks(scale) : element("p", { class: "hint" }, text("timeline.empty"))),
    element("p", { class: "hint" }, [rest > 0 && text("timeline.more", { count: rest }), text("timeline.hint")].filter(Boolean).join(" ")),
  ];
}

function scaleOf({ since, until, step_s: step }) {
  const [from, to] = [Date.parse(since), Date.parse(until)];
  return { from, to, step: step * 1000, x: (time) => ((time - from) / (to - from)) * WIDTH };
}

function strip(well, report, scale, { zoom, open }) {
  const here = (other) => other.camera_id === well.camera_id && other.well_id === well.well_id;
  const signs = [
    ...report.alarms.filter(here).map((alarm) => alarmSign(scale.x(Date.parse(alarm.raised_at)), alarm)),
    ...report.reviews.filter(here).map((review) => reviewSign(scale.x(Date.parse(review.received_at)), review)),
  ];
  const svg = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "strip", role: "img", "aria-label": summaryOf(well) },
    ...well.marks.flatMap((mark) => marks(mark, scale)));
  const place = element("div", { class: "strip-place" }, svg, ...signs);
  if (zoom) letZoom(place, scale, zoom);
  const name = element("button", { type: "button", class: "link strip-name", onclick: () => open(well.decision_id) }, placeOf(well));
  return element("div", { class: "strip-row" }, name, place, element("span", { class: "strip-count" }, countOf(well)));
}

/** A leak fills the strip, an unknown its lower half: height says it as well as colour. */
function marks({ index, leak, unknown }, { from, step, x }) {
  const left = x(from + index * step);
  const width = Math.max(3, x(from + step));
  const bar = (verdict, y, count) => drawing("rect", { class: `strip-${verdict}`, x: left, y, width, height: HEIGHT - y },
    drawing("title", {}, `${clock(from + index * step)}: ${text(`verdict.${verdict}`)} × ${number(count)}`));
  return [unknown > 0 && bar("unknown", HEIGHT / 2, unknown), leak > 0 && bar("leak", 2, leak)].filter(Boolean);
}

function alarmSign(x, alarm) {
  return sign(x, "strip-alarm", "▲", `${text("timeline.alarm")}: ${clock(alarm.raised_at)}`);
}

function reviewSign(x, review) {
  return sign(x, "strip-review", "●", text("review.line", { verdict: text(`verdict.${review.verdict}`), reviewer: review.reviewer, time: clock(review.created_at) }));
}

function sign(x, kind, shape, title) {
  const node = element("span", { class: kind, title }, shape);
  node.style.left = `${(100 * x) / WIDTH}%`;
  return node;
}

function ticks({ from, to }) {
  const times = Array.from({ length: TICKS + 1 }, (_, index) => from + ((to - from) * index) / TICKS);
  return element("div", { class: "strip-row strip-ticks", "aria-hidden": "true" }, element("span"),
    element("div", {}, ...times.map((time) => element("span", {}, clock(time)))), element("span"));
}

function letZoom(place, { from, to }, zoom) {
  const time = (event) => {
    const { left, width } = place.getBoundingClientRect();
    return from + (Math.min(1, Math.max(0, (event.clientX - left) / width))) * (to - from);
  };
  let start = null;
  place.addEventListener("pointerdown", (event) => {
    start = { x: event.clientX, at: time(event) };
    place.setPointerCapture(event.pointerId); // a drag may end beyond the strip
  });
  place.addEventListener("pointerup", (event) => {
    if (start && Math.abs(event.clientX - start.x) > LEAST_DRAG) zoom(...[start.at, time(event)].sort((one, other) => one - other));
    start = null;
  });
}

function zoomButtons({ from, to }, zoom) {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  const button = (key, factor) => element("button", {
    type: "button", onclick: () => zoom(middle - Math.max(LEAST_MS, half * factor), Math.min(Date.now(), middle + Math.max(LEAST_MS, half * factor))),
  }, text(key));
  return element("div", { class: "actions" }, button("timeline.in", 0.5), button("timeline.out", 2));
}

function placeOf(well) {
  return [well.camera_id, well.well_id].filter((name) => name !== null).join(" · ") || "–";
}

function countOf({ leak, unknown }) {
  return [leak > 0 && `▲ ${number(leak)}`, unknown > 0 && `◆ ${number(unknown)}`].filter(Boolean).join("  ");
}

function summaryOf(well) {
  return text("timeline.alt", { well: wellName(well.camera_id, well.well_id), leak: well.leak, unknown: well.unknown });
}
