// Parts of the what-if view: figures then and now, cameras with the histogram of their scores, activations on record.

import { drawing, element } from "./dom.js";
import { clock, count, number, text, word } from "./language.js";
import { row } from "./table.js";

const WIDTH = 240;
const HEIGHT = 36;

/** The figures of all decisions, as pairs of what was and what would be; `more` pairs stand behind them. */
export function figures(total, more = []) {
  const changed = Object.entries(total.changed).flatMap(([then, row]) => Object.entries(row).filter(([, n]) => n > 0).map(([now, n]) =>
    [`${word("verdict", then)} → ${word("verdict", now)}`, count(n)]));
  const none = [[text("what_if.changed"), text("what_if.none")]];
  return [
    ...(changed.length > 0 ? changed : none),
    ...("alarms_an_hour_then" in total ? [[text("what_if.alarms"), pair(number(total.alarms_an_hour_then, 3), number(total.alarms_an_hour_now, 3))]] : []),
    [text("what_if.missed", { count: count(total.leaks_reviewed) }), pair(count(total.leaks_missed_then), count(total.leaks_missed_now)), total.leaks_missed_now > total.leaks_missed_then],
    [text("what_if.good", { count: count(total.good_reviewed) }), pair(count(total.good_alarming_then), count(total.good_alarming_now))],
    ...more,
  ].map(([title, value, bad = false]) => element("div", { "data-bad": bad }, element("dt", {}, title), element("dd", {}, value)));
}

/** How many verdicts have changed, of whichever kind. */
export function changedOf({ changed }) {
  return Object.values(changed).flatMap((row) => Object.values(row)).reduce((sum, n) => sum + n, 0);
}

/** A row for each camera. */
export function cameraRows(cameras) {
  return cameras.map((camera) => {
    const { changes } = camera;
    const flips = changedOf(changes);
    const cut = pair(number(camera.threshold_then, 4), number(camera.threshold_now, 4));
    return row([
      camera.camera_id ?? "–", camera.own_threshold ? `${cut} (${text("what_if.own")})` : cut, count(changes.decisions), count(flips),
      pair(number(changes.alarms_an_hour_then, 3), number(changes.alarms_an_hour_now, 3)), histogram(camera),
    ]);
  });
}

/** A row for each activation; `again(activation)` serves its artefact once more. */
export function activationRows(items, served, again) {
  return items.map((one) => row([
    clock(one.at), one.artifact, number(one.threshold, 5), one.operator ?? "–", one.reason || "–",
    one.artifact === served ? text("what_if.now_served") : element("button", { type: "button", onclick: () => again(one) }, text("what_if.again")),
  ]));
}

/** Bars on a logarithmic scale, since leaks are few; the line is the served threshold, the broken one the tried one. */
function histogram({ camera_id: camera, edges, counts, threshold_then: then, threshold_now: now }) {
  const end = edges.length > 1 ? edges[1] * edges.length : 1;
  const top = Math.log1p(Math.max(1, ...counts));
  const step = WIDTH / counts.length;
  const bars = counts.map((n, index) => {
    const height = (Math.log1p(n) / top) * HEIGHT;
    return n > 0 && drawing("rect", { x: index * step, y: HEIGHT - height, width: Math.max(step - 0.5, 0.5), height });
  });
  const line = (value, name) => {
    const x = Math.min(1, value / end) * WIDTH;
    return drawing("line", { class: name, x1: x, x2: x, y1: 0, y2: HEIGHT });
  };
  return drawing("svg", { class: "histogram", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": text("what_if.scores_of", { camera: camera ?? "–" }) },
    ...bars, line(then, "cut-then"), line(now, "cut-now"));
}

function pair(then, now) {
  return then === now ? then : `${then} → ${now}`;
}
