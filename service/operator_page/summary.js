// The one line that must be readable from across the hall: is there a leak, and is anybody watching at all?

import { cardsOf, tally } from "./attention.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { duration, text } from "./language.js";
import { verdictMark } from "./verdict_mark.js";
import { wellPlace } from "./wording.js";

const MOST_NAMED = 4;

let shownMark = null;

/** Draws the summary and sets the page's title, so that a tab in the background tells it too. */
export function drawSummary(plant, link) {
  const { state, headline, detail } = summaryOf(plant, link);
  const node = part("summary");
  setAttribute(node, "data-verdict", state);
  if (shownMark !== state) part("summary-mark").replaceChildren(verdictMark(state));
  shownMark = state;
  setText(part("summary-headline"), headline);
  drawDetail(detail);
  document.title = `${headline} · ${text("title")}`;
}

function drawDetail(detail) {
  const node = part("summary-detail");
  while (node.children.length > detail.length) node.lastChild.remove();
  detail.forEach((words, index) => setText(node.children[index] ?? node.appendChild(element("span")), words));
}

function summaryOf(plant, link) {
  const counts = tally(plant);
  if (link.state !== "live") return { state: "silent", headline: text("summary.blind"), detail: [] };
  if (plant.wells().length === 0) {
    return { state: "silent", headline: text("summary.empty"), detail: [text("summary.empty_hint")] };
  }
  const troubled = cardsOf(plant).cards;
  const leaking = troubled.filter((card) => card.wells[0].trouble.verdict === "leak");
  if (leaking.length > 0) return leakSummary(plant, leaking);
  for (const state of ["silent", "unknown"]) {
    if (counts[state] > 0) return { state, headline: text(`summary.${state}`, { count: counts[state] }), detail: rest(counts, state) };
  }
  return { state: "no_leak", headline: text("summary.no_leak"), detail: rest(counts) };
}

function leakSummary(plant, cards) {
  const since = Math.min(...cards.map((card) => card.since));
  const places = cards.map(({ wells: [well] }) => wellPlace(well));
  const named = places.length > MOST_NAMED ? [...places.slice(0, MOST_NAMED), "…"] : places;
  return {
    state: "leak",
    headline: text("summary.leak", { count: cards.length }),
    detail: [...named, text("for", { duration: duration(plant.now() - since) })],
  };
}

function rest(counts, told = null) {
  const words = { unknown: "summary.unknown", no_leak: "summary.good" };
  const others = Object.keys(words).filter((state) => state !== told && counts[state] > 0);
  return others.map((state) => text(words[state], { count: counts[state] }));
}
