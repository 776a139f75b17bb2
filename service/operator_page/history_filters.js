// The filters of the history: a form, kept in the address so that a view can be bookmarked.

import { element, part } from "./dom.js";
import { members, text, word } from "./language.js";

const TIMES = ["from", "to"];
const FIELDS = [
  ["from", () => input("datetime-local", { step: 1 })],
  ["to", () => input("datetime-local", { step: 1 })],
  ["camera_id", () => input("text", { list: "camera-ids" }), "camera"],
  ["well_id", () => input("text"), "well"],
  ["cast_id", () => input("text"), "cast"],
  ["verdict", () => choice(options("verdict"))],
  ["reason", () => choice(options("reason"))],
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

function options(list) {
  return members(list).filter((value) => value !== "silent").map((value) => [value, word(list, value)]);
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
