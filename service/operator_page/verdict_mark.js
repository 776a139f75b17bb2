// The sign of a verdict: colour and shape say the same, so either is enough.
//   leak: filled triangle with "!"   unknown: filled diamond with "?"   no leak: ring   no picture: cross

import { drawing, element } from "./dom.js";
import { text } from "./language.js";

const STROKE = { fill: "none", stroke: "currentColor", "stroke-linecap": "round" };
const CUT = { fill: "none", stroke: "var(--mark-cut)", "stroke-linecap": "round", "stroke-linejoin": "round" };

const SHAPES = {
  leak: () => [
    drawing("path", { d: "M12 1.5 23 21.5H1z", fill: "currentColor", "stroke-linejoin": "round" }),
    drawing("path", { d: "M12 8.5v6.5M12 18.4v.2", ...CUT, "stroke-width": 2.8 }),
  ],
  unknown: () => [
    drawing("path", { d: "M12 .8 23.2 12 12 23.2.8 12z", fill: "currentColor" }),
    drawing("path", { d: "M9.2 9.4a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.3M12 17.6v.2", ...CUT, "stroke-width": 2.3 }),
  ],
  no_leak: () => [drawing("circle", { cx: 12, cy: 12, r: 7, ...STROKE, "stroke-width": 2.6 })],
  silent: () => [drawing("path", { d: "M5 5 19 19M19 5 5 19", ...STROKE, "stroke-width": 2.6 })],
};

/** The sign as an SVG element, hidden from screen readers: the words stand beside it. */
export function verdictMark(verdict) {
  return drawing("svg", { class: `mark mark-${verdict}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, ...SHAPES[verdict]());
}

/** All signs with their words, and what outlines and halves mean. */
export function legend() {
  const signs = Object.keys(SHAPES).map((verdict) => element("span", {}, verdictMark(verdict), text(`verdict.${verdict}`)));
  const swatches = ["open", "halves"].map((kind) =>
    element("span", {}, element("i", { class: `swatch swatch-${kind}`, "aria-hidden": "true" }), text(`legend.${kind}`)));
  return [...signs, ...swatches];
}
