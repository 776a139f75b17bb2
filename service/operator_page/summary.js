// What must be readable from across the hall: is there a leak, where is the newest, and is anybody watching at all?

import { isOpen, tally } from "./attention.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { duration, text } from "./language.js";
import { verdictMark } from "./verdict_mark.js";
import { wellPlace } from "./wording.js";

const MOST_NAMED = 4;

let shownMark = null;

/** Draws the summary of the groups of `attention` and sets the page's title, so that a tab in the background tells it too. */
export function drawSummary(plant, link, attention) {
  const { state, mark = state, calm = false, headline, detail, lines = [] } = summaryOf(plant, link, attention);
  const node = part("summary");
  setAttribute(node, "data-verdict", state);
  setAttribute(node, "data-calm", calm);
  if (shownMark !== mark) part("summary-mark").replaceChildren(verdictMark(mark));
  shownMark = mark;
  setText(part("summary-headline"), headline);
  drawSpans(part("summary-detail"), detail);
  drawSpans(part("summary-lines"), lines);
  document.title = `${headline} · ${text("title")}`;
}

function drawSpans(node, texts) {
  while (node.children.length > texts.length) node.lastChild.remove();
  texts.forEach((words, index) => setText(node.children[index] ?? node.appendChild(element("span")), words));
}

function summaryOf(plant, link, attention) {
  if (link.state === "refused") return { state: "silent", headline: text("summary.locked"), detail: [] };
  if (link.state !== "live") return { state: "silent", headline: text("summary.blind"), detail: [] };
  if (plant.wells().length === 0 && plant.nameless.size === 0) return { state: "silent", headline: text("summary.empty"), detail: [text("summary.empty_hint")] };
  const groups = Object.fromEntries(attention.map(({ group, wells, cards }) => [group, { wells, cards }]));
  const counts = { ...tally(plant), unknown: groups.unknown.wells.length };
  const returned = groups.returned.cards.flatMap((card) => card.wells).filter(isOpen);
  const lines = (told) => linesOf({ counts, groups, returned: returned.length, nameless: plant.nameless.size }, told);
  const nameless = [...plant.nameless.values()].filter((alarm) => alarm.verdict === "leak").length;
  if (groups.leak.wells.length === 0 && nameless > 0) {
    return { state: "leak", headline: text("summary.nameless", { count: nameless }), detail: [text("summary.nameless_hint")], lines: lines("nameless") };
  }
  if (groups.leak.wells.length > 0) return leakSummary(plant, groups.leak, lines("leak"));
  if (counts.silent > 0) return { state: "silent", headline: text("summary.silent", { count: counts.silent }), detail: [], lines: lines("silent") };
  if (returned.length > 0) return returnedSummary(returned, lines("returned"));
  if (counts.unknown > 0) {
    return { state: "unknown", headline: text("summary.unknown", { count: counts.unknown }), detail: named(groups.unknown.wells), lines: lines("unknown") };
  }
  return { state: "no_leak", headline: text("summary.no_leak"), detail: [], lines: lines() };
}

function leakSummary(plant, { wells, cards }, lines) {
  const newest = cards.reduce((one, other) => (other.since > one.since ? other : one));
  const place = wellPlace(newest.wells[0]);
  const lasting = duration(plant.now() - newest.since);
  const others = cards.filter((card) => card !== newest).map((card) => card.wells[0]);
  const first = wells.length > 1 ? text("summary.newest", { place, duration: lasting }) : `${place}, ${text("for", { duration: lasting })}`;
  return {
    state: "leak",
    calm: !wells.some((well) => isOpen(well) || !well.alarm),
    headline: text("summary.leak", { count: wells.length }),
    detail: [first, ...named(others)],
    lines,
  };
}

function returnedSummary(wells, lines) {
  return { state: "returned", mark: "leak", headline: text("summary.returned", { count: wells.length }), detail: named(wells), lines };
}

function named(wells) {
  const places = wells.slice(0, MOST_NAMED).map(wellPlace);
  return wells.length > MOST_NAMED ? [...places, text("more", { count: wells.length - MOST_NAMED })] : places;
}

/** What else there is: unknowns always have their own line. */
function linesOf({ counts, groups, returned, nameless }, told) {
  const figures = {
    unknown: counts.unknown,
    silent: counts.silent,
    returned,
    nameless,
    shelved: groups.shelved.wells.length,
    good: told === "leak" ? 0 : counts.no_leak,
  };
  const shown = Object.entries(figures).filter(([name, count]) => name !== told && count > 0);
  return shown.map(([name, count]) => text(`summary.${name}`, { count }));
}
