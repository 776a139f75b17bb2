// The shadow model in the system view: how it differs from what is served, what it costs; chosen, promoted, dropped.

import { nameOfOperator } from "./alarm_actions.js";
import { read, send } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, count, number, share, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { verdictMark } from "./verdict_mark.js";

const PATH = "v1/model/shadow";
let shown = null;

/** Draws it anew; a press on a picture with two verdicts calls `open(decision)`. */
export async function drawShadow(open) {
  try {
    const { shadow, problem } = await read(PATH);
    shown = shadow;
    part("shadow-facts").replaceChildren(...facts(shadow, problem));
    part("shadow-flips").replaceChildren(...(shadow?.flips ?? []).map((flip) => flipRow(flip, open)));
    part("shadow-table").hidden = !shadow?.flips.length;
    for (const name of ["promote", "drop"]) part(`shadow-${name}`).hidden = !shadow && !(name === "drop" && problem);
  } catch (error) {
    notice(failure(error), "bad");
  }
}

/** Lets the buttons act; `changed()` is called afterwards. */
export function offerShadow(changed) {
  const act = (name, path, body) => part(`shadow-${name}`).addEventListener("click", () => ask(name, async (form) => {
    const operator = await nameOfOperator();
    try {
      await send(path, body({ ...form, operator }));
      notice(text(`shadow.done_${name}`), "good");
    } catch (error) {
      notice(failure(error), "bad");
    }
    changed();
  }));
  act("choose", PATH, (form) => form);
  act("promote", "v1/model/activate", ({ operator, reason }) => ({ artifact: shown.artifact, operator, reason }));
  act("drop", `${PATH}/drop`, ({ operator, reason }) => ({ operator, reason }));
}

function ask(name, then) {
  const choosing = name === "choose";
  setText(part("shadow-title"), text(`shadow.${name}`));
  setText(part("shadow-hint"), text(`shadow.hint_${name}`));
  for (const field of ["artifact", "every"]) {
    part(`shadow-${field}`).disabled = !choosing;
    part(`shadow-${field}`).closest("label").hidden = !choosing;
  }
  part("shadow-form").onsubmit = (event) => {
    event.preventDefault();
    part("shadow-dialog").close();
    const [artifact, reason] = ["artifact", "reason"].map((field) => part(`shadow-${field}`).value.trim());
    then({ artifact, every: Number(part("shadow-every").value), reason });
  };
  part("shadow-dialog").showModal();
}

function facts(shadow, problem) {
  if (!shadow) return [element("p", { class: "hint" }, problem ?? text("shadow.none"))];
  const { agreement } = shadow;
  const pairs = [
    ["system.artifact", shadow.artifact], ["shadow.against", shadow.against],
    ["shadow.chosen", text("shadow.by", { operator: shadow.operator, time: clock(shadow.since), reason: shadow.reason })],
    ["shadow.judged", text("shadow.of_each", { judged: count(shadow.judged), every: count(shadow.every) })],
    ["shadow.agreement", agreement && text("shadow.interval", {
      value: share(agreement.value), low: share(agreement.low), high: share(agreement.high), wells: count(agreement.wells) })],
    ...verdictPairs(shadow.verdicts),
    ["shadow.cost", text("shadow.cost_of", { share: share(shadow.cpu_share), seconds: number(shadow.cpu_seconds, 3) })],
    ["shadow.lost", text("shadow.lost_of", { dropped: count(shadow.dropped), failed: count(shadow.failed) })],
    [null, shadow.problem ?? problem],
  ].filter(([, value]) => value);
  return [element("dl", {}, ...pairs.flatMap(([key, value]) => [element("dt", {}, key ? text(key) : ""), element("dd", {}, value)]))];
}

/** A line for each pair of verdicts that differ, with the cameras it was found at. */
function verdictPairs(verdicts) {
  const differing = verdicts.filter(({ served, shadow }) => served !== shadow);
  const pairs = Map.groupBy(differing, ({ served, shadow }) => `${word("verdict", served)} → ${word("verdict", shadow)}`);
  return [...pairs].map(([pair, found]) => [null, `${pair}: ${found.map((one) => `${one.camera_id ?? "–"} ${count(one.pictures)}`).join(", ")}`]);
}

function flipRow(flip, open) {
  const cell = (...content) => element("td", {}, ...content);
  const verdict = (name) => cell(element("span", { class: "verdict" }, verdictMark(name), word("verdict", name)));
  return element("tr", {},
    cell(element("button", { type: "button", onclick: () => open(flip) }, clock(flip.at))), cell(flip.camera_id ?? "–"), cell(flip.well_id ?? "–"),
    verdict(flip.served), cell(number(flip.served_ratio, 3)), verdict(flip.shadow), cell(number(flip.shadow_ratio, 3)));
}
