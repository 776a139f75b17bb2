// The filters of the history: one line, kept in the address so that a view can be bookmarked and sent to somebody.

import { element, part, setAttribute } from "./dom.js";
import { members, text, word } from "./language.js";

const HOUR_MS = 3_600_000;
const SHIFT_HOURS = [6, 14, 22]; // local time at which a shift begins
const TIMES = ["from", "to"];
const RANGES = {
  "1h": () => new Date(Date.now() - HOUR_MS),
  shift: shiftStart,
  "24h": () => new Date(Date.now() - 24 * HOUR_MS),
  "7d": () => new Date(Date.now() - 7 * 24 * HOUR_MS),
};
const USUAL = { range: "24h", verdict: "trouble" };
const VERDICTS = { trouble: ["leak", "unknown"], leak: ["leak"], unknown: ["unknown"], no_leak: ["no_leak"], all: [] };
const FIELDS = [
  ["verdict", () => choice(Object.keys(VERDICTS).map((name) => [name, verdictName(name)]))],
  ["camera_id", () => input("text", { list: "camera-ids" }), "camera"],
  ["well_id", () => input("text"), "well"],
  ["cast_id", () => input("text"), "cast"],
  ["from", () => input("datetime-local", { step: 1 })],
  ["to", () => input("datetime-local", { step: 1 })],
];
const REST = [
  ["reason", () => choice([["", text("history.any")], ...options("reason")])],
  ["score_min", () => input("number", { step: "any", min: 0 })],
  ["score_max", () => input("number", { step: "any", min: 0 })],
  ["reviewed", () => choice([["", text("history.any")], ["true", text("history.yes")], ["false", text("history.no")]])],
];

let range = USUAL.range;

/** Fills the form of the history with its fields; `chosen()` is called when a range was pressed. */
export function drawFilters(chosen) {
  part("filters-fields").replaceChildren(...FIELDS.map(field));
  part("filters-rest").replaceChildren(...REST.map(field));
  part("ranges").replaceChildren(...Object.keys(RANGES).map((name) =>
    element("button", { type: "button", "data-range": name, onclick: () => choose(name, chosen) }, text(`range.${name}`))));
  for (const name of TIMES) named(name).addEventListener("change", () => choose(""));
}

/** The filters as the address holds them: what is as usual is left out, times are in UTC. */
export function addressOf() {
  const entries = [...new FormData(part("filters"))].filter(([name, value]) => value !== "" && value !== USUAL[name]);
  const shown = entries.filter(([name]) => !TIMES.includes(name) || range === "");
  const values = shown.map(([name, value]) => [name, TIMES.includes(name) ? new Date(value).toISOString() : value]);
  return { ...(range !== USUAL.range && range !== "" && { range }), ...Object.fromEntries(values) };
}

/** The filters as the API takes them. */
export function filters() {
  const { range: name = "", verdict = USUAL.verdict, ...rest } = { ...(range === USUAL.range && { range }), ...addressOf() };
  const since = name in RANGES ? { from: RANGES[name]().toISOString() } : {};
  return { ...since, ...rest, verdict: VERDICTS[verdict] };
}

/** The time that is shown, as milliseconds. */
export function shownTime() {
  const { from, to } = filters();
  const end = to ? Date.parse(to) : Date.now();
  return { from: from ? Date.parse(from) : end - 24 * HOUR_MS, to: end };
}

/** Puts filters, as the address holds them, into the form; no filter in it means the usual ones. */
export function setFilters(values) {
  part("filters").reset();
  const bounded = TIMES.some((name) => values.has(name));
  range = values.get("range") ?? (bounded ? "" : USUAL.range);
  for (const [name, value] of values) {
    const node = named(name);
    if (node) node.value = TIMES.includes(name) ? localTime(value) : value;
  }
  part("filters-more").open = REST.some(([name]) => values.has(name));
  showRange();
}

/** Offers the known cameras by name. */
export function offerCameras(cameraIds) {
  part("camera-ids").replaceChildren(...cameraIds.map((value) => element("option", { value })));
}

function choose(name, then = () => {}) {
  range = name;
  if (name !== "") for (const time of TIMES) named(time).value = "";
  showRange();
  then();
}

function showRange() {
  for (const button of part("ranges").children) setAttribute(button, "aria-pressed", String(button.dataset.range === range));
}

function shiftStart() {
  const now = new Date();
  const begun = SHIFT_HOURS.findLast((hour) => hour <= now.getHours());
  const day = begun === undefined ? now.getDate() - 1 : now.getDate();
  return new Date(now.getFullYear(), now.getMonth(), day, begun ?? SHIFT_HOURS.at(-1));
}

function field([name, make, label = name]) {
  const node = make();
  node.name = name;
  return element("label", {}, element("span", {}, text(`history.${label}`)), node);
}

function named(name) {
  return part("filters").elements.namedItem(name);
}

function verdictName(name) {
  return name === "trouble" || name === "all" ? text(`history.${name}`) : word("verdict", name);
}

function input(type, more = {}) {
  return element("input", { type, ...more });
}

function options(list) {
  return members(list).filter((value) => value !== "silent").map((value) => [value, word(list, value)]);
}

function choice(pairs) {
  return element("select", {}, ...pairs.map(([value, name]) => element("option", { value }, name)));
}

function localTime(value) {
  const date = new Date(value);
  if (Number.isNaN(date.valueOf())) return "";
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
