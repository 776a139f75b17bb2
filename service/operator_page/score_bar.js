// A score as a bar with the threshold as a mark, on one scale for all: the bar ends at twice the threshold.

import { element, setAttribute, setText } from "./dom.js";
import { number, text } from "./language.js";

const END = 2;

/** A bar with its words; `set(decision)` shows another decision. */
export function scoreBar() {
  const fill = element("div", { class: "score-fill" });
  const words = element("span", { class: "score-words" });
  const exact = element("span", { class: "score-exact" });
  const node = element("div", { class: "score" },
    element("div", { class: "score-track", "aria-hidden": "true" }, fill, element("div", { class: "score-mark" })),
    element("div", { class: "score-text" }, words, exact));
  return { node, set: (decision) => show(decision, { node, fill, words, exact }) };
}

function show(decision, { node, fill, words, exact }) {
  const { score, threshold, score_ratio: ratio } = decision;
  setAttribute(node, "data-verdict", decision.verdict);
  setAttribute(node, "data-beyond", (ratio ?? 0) > END);
  fill.style.width = `${(100 * Math.min(END, ratio ?? 0)) / END}%`;
  setText(words, ratio === null ? text("score.none") : text("score.ratio", { ratio: number(ratio, 2) }));
  setText(exact, score === null ? "" : text("score.of", { score: number(score), threshold: number(threshold) }));
}
