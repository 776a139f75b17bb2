// The scores of a camera's pictures as a histogram (SVG), with the cut that counts, the one proposed, and what known leaks allow.

import { drawing, element } from "./dom.js";
import { count, number, text } from "./language.js";

const WIDTH = 560;
const HEIGHT = 200;
const FOOT = 24;
const SIDE = 14;
const PARTS = ["good", "doubted", "suspects"];
const MARKS = 4;

/** The chart with its legend, or a sentence where there is nothing to show. */
export function scoreHistogram({ seen, cut, proposal }) {
  const bins = seen.histogram;
  if (!bins) return element("p", { class: "hint" }, text("commission.no_scores"));
  const lines = [["now", cut], ...(proposal ? [["proposed", proposal.cut], ["allowed", proposal.leaks_allow]] : [])];
  const values = [bins.edges[0], bins.edges.at(-1), ...lines.map(([, value]) => value)];
  const [low, high] = [Math.min(...values) / 1.05, Math.max(...values) * 1.05];
  const x = (value) => SIDE + (Math.log(value / low) / Math.log(high / low)) * (WIDTH - 2 * SIDE);
  const totals = PARTS.map((name) => bins[name].reduce((sum, one) => sum + one, 0));
  const alt = text("commission.chart_alt", { good: totals[0], doubted: totals[1], suspects: totals[2], cut: number(cut) });
  const chart = drawing("svg", { class: "commission-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": alt },
    ...bars(bins, x), ...marks(low, high, x), ...lines.map(([name, value]) => drawing("line", { class: `line-${name}`, x1: x(value), x2: x(value), y1: 0, y2: HEIGHT - FOOT })));
  return element("figure", {}, chart, element("figcaption", { class: "commission-legend" },
    ...PARTS.map((name, index) => key(`bar-${name}`, text(name === "suspects" ? "commission.suspects_count" : `commission.${name}`, { count: count(totals[index]) }))),
    ...lines.map(([name, value]) => key(`line-${name}`, text(`commission.line_${name}`, { cut: number(value) })))));
}

/** Bars that stand on each other; a single picture is still to be seen beside hundreds, as heights are square roots. */
function bars(bins, x) {
  const most = Math.max(...bins.good.map((_, bin) => PARTS.reduce((sum, name) => sum + bins[name][bin], 0)), 1);
  const height = (pictures) => Math.sqrt(pictures / most) * (HEIGHT - FOOT - 8);
  return bins.good.flatMap((_, bin) => {
    let below = 0;
    return PARTS.flatMap((name) => {
      const from = height(below);
      below += bins[name][bin];
      const to = height(below);
      if (to === from) return [];
      const [left, right] = [x(bins.edges[bin]), x(bins.edges[bin + 1])];
      return [drawing("rect", { class: `bar-${name}`, x: left, width: Math.max(1, right - left - 1), y: HEIGHT - FOOT - to, height: to - from })];
    });
  });
}

function marks(low, high, x) {
  const axis = drawing("line", { class: "axis", x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT });
  const at = Array.from({ length: MARKS }, (_, index) => low * (high / low) ** ((index + 0.5) / MARKS));
  return [axis, ...at.map((value) => drawing("text", { x: x(value), y: HEIGHT - 6, "text-anchor": "middle" }, number(value, 2)))];
}

function key(name, words) {
  const box = name.startsWith("bar") ? drawing("rect", { class: name, x: 1, y: 1, width: 12, height: 12 }) : drawing("line", { class: name, x1: 7, x2: 7, y1: 0, y2: 14 });
  return element("span", {}, drawing("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" }, box), words);
}
