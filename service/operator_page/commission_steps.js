// The steps of a camera's commissioning, each done, waiting, or not needed; and its pictures well by well.

import { element } from "./dom.js";
import { count, text } from "./language.js";

/** The steps as list items; `camera` is what the cameras file says, undefined where it says nothing. */
export function stepList({ state, seen, armed, proposal, source, refusals }, camera) {
  const sends = seen.decisions > 0;
  const isArmed = source !== "artifact" && state === "armed";
  const enough = seen.pictures >= seen.pictures_wanted && seen.scenes >= seen.scenes_wanted;
  const layout = camera?.layout ? "done" : sends ? "needless" : "waits";
  return [
    step(sends ? "done" : "waits", "step.pictures", text("commission.decisions", { count: seen.decisions, hours: seen.hours })),
    step(layout, "step.layout", text(`commission.layout_${layout}`)),
    step(enough ? "done" : "waits", "step.enough", null,
      meter("commission.pictures", seen.pictures, seen.pictures_wanted), meter("commission.scenes", seen.scenes, seen.scenes_wanted)),
    step(proposal ? "done" : "waits", "step.verdict", text(proposal ? "commission.may_be_armed" : refusals.length > 0 ? "commission.may_not" : "commission.not_yet")),
    step(isArmed ? "done" : "waits", "step.armed", armed || isArmed ? null : text("commission.factory")),
  ];
}

function step(state, key, words, ...more) {
  return element("li", { "data-step": state },
    element("span", { class: "step-name" }, text(key), element("span", { class: "step-state" }, text(`step.${state}`))),
    words && element("span", { class: "hint" }, words), ...more);
}

function meter(key, value, wanted) {
  const words = text(key, { value: count(value), wanted: count(wanted) });
  return element("label", { class: "commission-meter" }, element("span", { class: "hint" }, words),
    element("progress", { max: wanted, value: Math.min(value, wanted) }));
}

/** How many pictures there are of each well, and of which there are none. */
export function wellCounts({ wells, missing_wells: missing }) {
  const known = wells.map(({ well_id: well, pictures, good }) =>
    element("li", {}, element("b", {}, well ?? "–"), ` ${text("commission.of_well", { good: count(good), pictures: count(pictures) })}`));
  const none = missing.map((well) => element("li", { class: "bad" }, element("b", {}, well), " 0"));
  if (known.length + none.length === 0) return "";
  return element("details", {}, element("summary", {}, text(missing.length > 0 ? "commission.wells_missing" : "commission.wells", { count: wells.length, missing: missing.length })),
    element("ul", { class: "commission-wells" }, ...none, ...known));
}
