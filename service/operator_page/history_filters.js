// The filters of the history: a form, kept in the address so that a view can be bookmarked.

import { element, part } from "./dom.js";
import { text, word } from "./language.js";

const VERDICTS = ["leak", "unknown", "no_leak"];
const REASONS = [
  "score_at_or_above_threshold", "score_below_threshold", "grey_zone", "score_not_finite", "input_undecodable",
  "input_too_large", "input_size", "input_black", "input_white", "input_flat", "input_dark", "input_bright", "input_colour",
  "input_low_contrast", "input_blurred", "input_noisy", "input_steamed", "input_incomplete", "input_unlike_well", "frozen",
  "stale", "future",
];
const TIMES = ["from", "to"];
const FIELDS = [
  ["from", () => input("datetime-local", { step: 1 })],
  ["to", () => input("datetime-local", { step: 1 })],
  ["camera_id", () => input("text", { list: "camera-ids" }), "camera"],
  ["well_id", () => input("text"), "well"],
  ["cast_id", () => input("text"), "cast"],
  ["verdict", () => choice(VERDICTS.map((value) => [value, word("verdict", value)]))],
  ["reason", () => choice(REASONS.map((value) => [value, word("reason", value)]))],
  ["score_min", () => input("number", { step: "any", min: 0 })],
  ["score_max", () => input("number", { step: "any", min: 0 })],
  ["reviewed", () => choice([["true", text("history.yes")], ["false", text("history.no")]])],
];

/** Fills the form of the history with its fields. */
export function drawFilters() {
  part("filters-fields").replaceChildren(...FIELDS.map(([name, make, label = name]) => {
    const field = make();
    field.name = name;
    return element("label", {}, element("span", {}, text(`history.${label}`)), field);
  }));
}

/** The filters as the API takes them: times in UTC, empty ones left out. */
export function filters() {
  const entries = [...new FormData(part("filters"))].filter(([, value]) => value !== "");
  return Object.fromEntries(entries.map(([name, value]) => [name, TIMES.includes(name) ? new Date(value).toISOString() : value]));
}

/** Puts filters, as the address holds them, into the form. */
export function setFilters(values) {
  part("filters").reset();
  for (const [name, value] of values) {
    const field = part("filters").elements.namedItem(name);
    if (field) field.value = TIMES.includes(name) ? localTime(value) : value;
  }
}

/** Offers the known cameras by name. */
export function offerCameras(cameraIds) {
  part("camera-ids").replaceChildren(...cameraIds.map((value) => element("option", { value })));
}

function input(type, more = {}) {
  return element("input", { type, ...more });
}

function choice(pairs) {
  return element("select", {}, element("option", { value: "" }, text("history.any")),
    ...pairs.map(([value, name]) => element("option", { value }, name)));
}

function localTime(value) {
  const date = new Date(value);
  if (Number.isNaN(date.valueOf())) return "";
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
