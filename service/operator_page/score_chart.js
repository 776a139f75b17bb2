// Scores of a well over time as an SVG: a line, the threshold, and the sign of each leak and unknown.

import { drawing, element } from "./dom.js";
import { clock, number, text } from "./language.js";

const WIDTH = 720;
const HEIGHT = 240;
const EDGE = { left: 58, right: 14, top: 14, bottom: 30 };
const HEADROOM = 1.5; // the threshold never stands higher than two thirds of the way up
const TIME_MARKS = 4;
const SIGN_DISTANCE = 26; // closer signs of one kind would only hide the line
const GAP_FACTOR = 6; // a pause that much longer than usual breaks the line: nothing was seen there

/** A chart of `series` (as `GET …/scores` answers); `name` says whose scores they are. */
export function scoreChart(series, name) {
  if (series.points.length === 0) return element("p", { class: "chart-empty" }, text("chart.empty"));
  const scale = scaleOf(series);
  return drawing("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": text("chart.alt", { well: name }) },
    ...timeMarks(series, scale), ...scoreMarks(scale), thresholdLine(series, scale),
    ...runs(series.points).map((run) => line(run, scale)),
    ...signed(series.points, scale).map((point) => sign(point, scale)));
}

function signed(points, { x }) {
  const chosen = [];
  for (const point of points.filter(({ verdict }) => verdict !== "no_leak")) {
    const last = chosen.at(-1);
    if (!last || last.verdict !== point.verdict || x(point.at) - x(last.at) > SIGN_DISTANCE) chosen.push(point);
  }
  return chosen;
}

function scaleOf({ from, to, points }) {
  const top = Math.max(...points.map((point) => Math.max(point.threshold * HEADROOM, point.score ?? 0)));
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return {
    top,
    x: (time) => EDGE.left + ((Date.parse(time) - start) / (end - start)) * (WIDTH - EDGE.left - EDGE.right),
    y: (score) => HEIGHT - EDGE.bottom - (score / top) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

function runs(points) {
  const scored = points.filter((point) => point.score !== null);
  const gaps = scored.slice(1).map((point, index) => Date.parse(point.at) - Date.parse(scored[index].at));
  const usual = [...gaps].sort((one, other) => one - other)[Math.floor(gaps.length / 2)] ?? 0;
  const found = [[]];
  scored.forEach((point, index) => {
    if (index > 0 && gaps[index - 1] > GAP_FACTOR * usual) found.push([]);
    found.at(-1).push(point);
  });
  return found.filter((run) => run.length > 0);
}

function line(run, { x, y }) {
  const [first] = run;
  if (run.length === 1) return drawing("circle", { class: "chart-dot", cx: x(first.at), cy: y(first.score), r: 2 });
  return drawing("polyline", { class: "chart-line", points: run.map((point) => `${x(point.at)},${y(point.score)}`).join(" ") });
}

function sign(point, { x, y }) {
  const place = `translate(${x(point.at)} ${y(point.score ?? 0)})`;
  const shape = point.verdict === "leak" ? "M0 -7 7 6H-7z" : "M0 -7 7 0 0 7 -7 0z";
  return drawing("path", { class: `chart-sign mark-${point.verdict}`, d: shape, transform: place },
    drawing("title", {}, `${clock(point.at)}: ${text(`verdict.${point.verdict}`)}, ${number(point.score)}`));
}

function thresholdLine({ points }, { x, y }) {
  const last = points.at(-1).threshold;
  const steps = points.map(({ at, threshold }) => `${x(at)},${y(threshold)}`);
  const ends = [`${EDGE.left},${y(points[0].threshold)}`, ...steps, `${WIDTH - EDGE.right},${y(last)}`];
  return drawing("g", { class: "chart-threshold" },
    drawing("polyline", { points: ends.join(" ") }),
    drawing("text", { x: WIDTH - EDGE.right, y: y(last) - 6, "text-anchor": "end" },
      `${text("score.threshold")} ${number(last)}`));
}

function scoreMarks({ top, y }) {
  return [0, top / 2, top].map((score) => drawing("g", { class: "chart-grid" },
    drawing("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(score), y2: y(score) }),
    drawing("text", { x: EDGE.left - 8, y: y(score) + 4, "text-anchor": "end" }, number(score, 2))));
}

function timeMarks({ from, to }, { x }) {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return Array.from({ length: TIME_MARKS + 1 }, (_, index) => {
    const time = new Date(start + ((end - start) * index) / TIME_MARKS).toISOString();
    const anchor = index === 0 ? "start" : index === TIME_MARKS ? "end" : "middle";
    return drawing("text", { class: "chart-time", x: x(time), y: HEIGHT - 8, "text-anchor": anchor }, clock(time));
  });
}
