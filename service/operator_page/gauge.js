// The gauge study: agreement of people and system, repeatability of the score; and the way to judge its pictures blind.

import { read, withQuery } from "./api.js";
import { blindRound } from "./blind.js";
import { element, part } from "./dom.js";
import { clock, count, number, share, text } from "./language.js";
import { failure } from "./notice.js";
import { tableSection } from "./table.js";

const FIELDS = [["from", "datetime-local"], ["to", "datetime-local"], ["camera_id", "text"], ["reference", "text"]];
const LABELS = { from: "gauge.from", to: "gauge.to", camera_id: "history.camera", reference: "gauge.reference" };

/** Prepares the view; returns what shows the study of an address. */
export function gaugeStudy() {
  const inputs = Object.fromEntries(FIELDS.map(([name, type]) => [name, element("input", { name, type, maxlength: 64, autocomplete: "off" })]));
  const csv = element("a", { class: "button", download: "gauge-study.csv" }, text("history.csv"));
  const content = element("div", { class: "report" });
  const asked = { times: 0 };
  const judge = () => { // who judges blind sees no figures, not even those still on their way
    asked.times += 1;
    content.replaceChildren();
    blindRound(wanted(inputs));
  };
  const form = element("form", { class: "filters", onsubmit: (event) => { event.preventDefault(); location.hash = withQuery("#/gauge", wanted(inputs)); } },
    element("div", { class: "fields" }, ...FIELDS.map(([name]) => element("label", {}, element("span", {}, text(LABELS[name])), inputs[name]))),
    element("div", { class: "actions" }, element("button", { type: "submit", class: "primary" }, text("gauge.show")),
      element("button", { type: "button", onclick: judge }, text("gauge.blind")), csv));
  part("gauge").append(
    element("header", { class: "view-head" }, element("h1", {}, text("gauge.title"))),
    element("p", { class: "hint" }, text("gauge.hint")), form, content);
  return (query) => {
    for (const [name, type] of FIELDS) inputs[name].value = type === "text" ? query.get(name) ?? "" : local(query.get(name));
    csv.href = withQuery("v1/gauge-study", { ...wanted(inputs), format: "csv" });
    show(content, asked, wanted(inputs));
  };
}

function wanted(inputs) {
  const times = Object.fromEntries(["from", "to"].map((name) => [name, inputs[name].value && new Date(inputs[name].value).toISOString()]));
  return { ...times, camera_id: inputs.camera_id.value.trim(), reference: inputs.reference.value.trim() };
}

function local(moment) {
  const date = new Date(moment ?? "");
  return Number.isNaN(date.getTime()) ? "" : new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

async function show(content, asked, query) {
  const time = asked.times += 1;
  let parts;
  try {
    parts = sections(await read("v1/gauge-study", query));
  } catch (error) {
    parts = [element("p", { class: "hint", role: "alert" }, failure(error))];
  }
  if (time === asked.times) content.replaceChildren(...parts);
}

function sections({ since, until, agreement, repeatability }) {
  const span = element("p", {}, text("report.span", { from: clock(since), to: clock(until) }));
  const score = tableSection("gauge.score",
    ["history.camera", "gauge.pictures", "gauge.sigma", "gauge.grr", "gauge.tolerance", "gauge.categories", "gauge.nearest"], repeatability.map(scoreRow));
  if (agreement.pictures === 0) {
    const why = agreement.reference === null ? text("gauge.empty") : text("gauge.no_reference", { name: agreement.reference });
    return [span, element("p", { role: "status" }, why), score];
  }
  return [span, element("p", {}, summary(agreement)), ...people(agreement), element("p", { class: "hint" }, text("gauge.bounds")), score];
}

function summary({ pictures, reference, reference_leak: leak, reference_good: good, unanswered }) {
  const parts = [text("gauge.figures", { count: pictures })];
  if (reference !== null) parts.push(text("gauge.truth", { leak: count(leak), good: count(good) }));
  if (unanswered > 0) parts.push(text("gauge.unanswered", { count: unanswered }));
  return parts.join("; ");
}

function people({ reviewers, system, pairs, between, kappa: fleiss }) {
  const against = system.effectiveness === null ? [] : ["effectiveness", "misses", "false_alarms"];
  const heads = ["gauge.who", "gauge.pictures", "gauge.answers", "gauge.undecided", "gauge.within", ...against.map((name) => `gauge.${name}`)];
  const rows = [...reviewers, system].map((one) => [
    one.reviewer ?? text("gauge.system"), count(one.pictures), count(one.answers), count(one.undecided), portion(one.within),
    ...against.map((name) => portion(one[name])), ...(against.length > 0 ? [kappa(one.kappa)] : []),
  ]);
  const together = pairs.map((pair) => [`${pair.first}, ${pair.second}`, portion(pair.agreement), kappa(pair.kappa)]);
  if (fleiss !== null && reviewers.length > 2) together.push([text("gauge.everybody"), portion(between), kappa(fleiss)]);
  return [
    tableSection("gauge.people", against.length > 0 ? [...heads, "gauge.kappa"] : heads, rows),
    tableSection("gauge.between", ["gauge.pair", "gauge.agreement", "gauge.kappa"], together),
  ];
}

function portion({ value, low, high, of }) {
  return value === null ? null : text("gauge.share", { value: percent(value), low: percent(low), high: percent(high), of: count(of) });
}

/** With a tenth of a percent: more is noise here. */
function percent(value) {
  return share(Math.round(value * 1000) / 1000);
}

function kappa({ value, low, high, why }) {
  if (value === null) return text(`gauge.why.${why}`);
  return low === null ? text("gauge.perfect") : text("gauge.kappa_value", { value: number(value, 2), low: number(low, 2), high: number(high, 2) });
}

function scoreRow(one) {
  const sigma = one.sigma === null ? null : text("gauge.kappa_value", { value: number(one.sigma, 2), low: number(one.sigma_low, 2), high: number(one.sigma_high, 2) });
  const nearest = one.nearest_sigmas === null ? null : text("gauge.nearest_value", { well: one.nearest_well ?? "–", sigmas: number(one.nearest_sigmas, 2) });
  const hundredth = (value) => value === null ? null : percent(value / 100);
  return [one.camera_id, count(one.pictures), sigma, hundredth(one.grr_percent), hundredth(one.tolerance_percent), one.categories === null ? null : count(one.categories), nearest];
}
