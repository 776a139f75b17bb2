// Commissioning (`#/commission`): every camera with the cut it is judged by, and of one its steps, what was seen, and who arms it.

import { read, send } from "./api.js";
import { scoreHistogram } from "./commission_chart.js";
import { stepList, wellCounts } from "./commission_steps.js";
import { element, part } from "./dom.js";
import { clock, count, number, retold, share, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { recall, remember } from "./preferences.js";
import { table } from "./table.js";

const AGAIN_MS = 15_000;
const UNFINISHED = new Set(["no_layout", "no_pictures", "collecting"]);

let view = null;

/** Shows the view of the camera that the address names (`?camera=`); `open(decision)` shows one. */
export function commissioning(open) {
  return (query) => {
    view ??= new CommissionView(open);
    view.show(query.get("camera"));
  };
}

class CommissionView {
  #camera = null;
  #shown = null;
  #nodes = made();
  #open;

  constructor(open) {
    this.#open = open;
    this.#nodes.again.addEventListener("click", () => this.show(this.#camera));
    this.#nodes.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#change(event.submitter === this.#nodes.disarm ? "/disarm" : "");
    });
    setInterval(() => {
      if (!part("commission").hidden && UNFINISHED.has(this.#shown?.state)) this.show(this.#camera);
    }, AGAIN_MS);
  }

  /** Reads all cameras anew, and studies one. */
  async show(camera) {
    try {
      const { items, threshold } = await read("v1/commissioning");
      this.#camera = camera ?? this.#camera ?? items[0]?.camera_id ?? null;
      this.#drawCameras(items, threshold);
      if (this.#camera !== null) await this.#look();
    } catch (error) {
      this.#say(failure(error));
    }
  }

  #say(words) {
    this.#nodes.said.textContent = words;
  }

  async #look() {
    const camera = this.#camera;
    this.#nodes.again.disabled = true;
    if (this.#shown?.camera_id !== camera) {
      this.#nodes.chosen.hidden = true;
      this.#say(text("commission.looking", { camera }));
    }
    try {
      const [shown, cameras] = await Promise.all([read(pathOf(camera)), read("v1/cameras")]);
      if (camera === this.#camera) this.#draw(shown, cameras.items.find((one) => one.camera_id === camera));
    } finally {
      this.#nodes.again.disabled = false;
    }
  }

  async #change(rest) {
    const { name, reason } = this.#nodes;
    const operator = name.value.trim();
    remember("reviewer", operator);
    const form = { operator, reason: reason.value.trim(), ...(!rest && { proposal_id: this.#shown.proposal.proposal_id }) };
    try {
      const shown = await send(`${pathOf(this.#camera)}${rest}`, form);
      notice(text(rest ? "commission.disarmed" : "commission.armed_now", { camera: this.#camera, cut: number(shown.cut) }), "good");
      reason.value = "";
    } catch (error) {
      notice(failure(error), "bad");
    }
    this.show(this.#camera);
  }

  #drawCameras(items, threshold) {
    this.#nodes.rows.replaceChildren(...items.map((one) => this.#row(one, threshold)));
    if (items.length === 0) this.#say(text("commission.none"));
  }

  #row({ camera_id: camera, cut, source, outdated, armed }, threshold) {
    const state = outdated ? "outdated" : source === "artifact" ? "unarmed" : "armed";
    const chosen = camera === this.#camera;
    const by = source === "cameras_file" ? text("commission.in_file") : armed ? text("commission.by", { operator: armed.operator, time: clock(armed.at) }) : "–";
    const button = element("button", { type: "button", class: "link", "aria-pressed": String(chosen), onclick: () => { location.hash = `#/commission?camera=${encodeURIComponent(camera)}`; } }, camera);
    const words = element("span", { class: `state-word state-${state}` }, word("arming", state));
    return element("tr", { "aria-current": chosen ? "true" : null },
      ...[button, words, number(cut), number(threshold), by].map((value) => element("td", {}, value)));
  }

  #draw(shown, camera) {
    const nodes = this.#nodes;
    this.#shown = shown;
    this.#say("");
    nodes.chosen.hidden = false;
    nodes.title.textContent = shown.camera_id;
    nodes.state.textContent = word("commissioning", shown.state);
    nodes.state.className = `state commission-${shown.state}`;
    nodes.next.textContent = text(`next.${shown.state}`, { camera: shown.camera_id });
    nodes.refusals.replaceChildren(...shown.refusals.map((reason) => element("li", {}, retold("refusal", reason))));
    nodes.refusals.hidden = shown.refusals.length === 0;
    nodes.refusals.dataset.state = shown.state;
    nodes.steps.replaceChildren(...stepList(shown, camera));
    nodes.chart.replaceChildren(scoreHistogram(shown));
    nodes.wells.replaceChildren(wellCounts(shown.seen));
    nodes.suspects.replaceChildren(...this.#suspects(shown.seen.suspects));
    nodes.figures.replaceChildren(...figures(shown));
    nodes.arm.textContent = text(shown.state === "armed" ? "commission.arm_again" : "commission.arm");
    nodes.arm.disabled = shown.proposal === null;
    nodes.arm.title = shown.proposal === null ? text("commission.may_not") : "";
    nodes.disarm.hidden = shown.armed === null;
  }

  #suspects(ids) {
    if (ids.length === 0) return [];
    const look = (id, index) => element("button", { type: "button", onclick: () => this.#open({ decision_id: id }) }, text("commission.suspect", { number: index + 1 }));
    return [element("p", { class: "hint" }, text("commission.suspects")), element("div", { class: "actions" }, ...ids.map(look))];
  }
}

function figures({ cut, threshold, source, artifact, armed, proposal }) {
  const pairs = [
    ["commission.cut_now", `${number(cut)} (${word("cut_source", source)})`],
    ["commission.own", number(threshold)],
    ["system.artifact", artifact],
  ];
  if (proposal) pairs.push(...proposed(proposal));
  if (armed) pairs.push(...armedWith(armed));
  return pairs.flatMap(([key, value]) => [element("dt", {}, text(key)), element("dd", {}, value)]);
}

function proposed({ cut, good_wells_need: lower, leaks_allow: upper, leak, unknown, leak_pictures_a_day: daily, wells_in_alarm: wells }) {
  return [
    ["commission.cut_proposed", number(cut)],
    ["commission.lower", number(lower)],
    ["commission.upper", number(upper)],
    ["commission.leak", interval(leak)],
    ["commission.unknown", interval(unknown)],
    ...(daily === null ? [] : [["commission.daily", count(Math.round(daily))]]),
    ...(wells === null ? [] : [["commission.at_a_time", number(wells, 2)]]),
  ];
}

function armedWith({ operator, at, reason, artifact, leak, unknown, pictures, scenes, cut }) {
  return [
    ["commission.armed_by", `${operator}, ${clock(at)}`],
    ...(reason ? [["commission.reason", reason]] : []),
    ["commission.armed_with", `${artifact}, ${number(cut)}`],
    ["commission.armed_on", text("commission.pictures_scenes", { pictures: count(pictures), scenes: count(scenes) })],
    ["commission.armed_leak", interval(leak)],
    ["commission.armed_unknown", interval(unknown)],
  ];
}

function interval({ value, low, high }) {
  return text("commission.interval", { value: share(value), low: share(low), high: share(high) });
}

function pathOf(camera) {
  return `v1/cameras/${encodeURIComponent(camera)}/commissioning`;
}

function made() {
  const nodes = {
    again: element("button", { type: "button", id: "commission-again" }, text("commission.again")),
    said: element("p", { role: "status" }),
    rows: element("tbody", { id: "commission-cameras" }),
    title: element("h2", { id: "commission-title" }),
    state: element("p", { id: "commission-state" }),
    next: element("p", { id: "commission-next" }),
    refusals: element("ul", { class: "commission-refusals", id: "commission-refusals" }),
    steps: element("ol", { class: "commission-steps", id: "commission-steps" }),
    chart: element("div", { id: "commission-chart" }),
    wells: element("div"),
    suspects: element("div", { class: "commission-suspects" }),
    figures: element("dl", { id: "commission-figures" }),
    name: element("input", { id: "commission-name", required: true, maxlength: 64, autocomplete: "name", pattern: ".*\\S.*", value: recall("reviewer") ?? "" }),
    reason: element("input", { id: "commission-reason", maxlength: 1000, autocomplete: "off" }),
    arm: element("button", { type: "submit", class: "primary", id: "commission-arm" }, text("commission.arm")),
    disarm: element("button", { type: "submit", id: "commission-disarm" }, text("commission.disarm")),
  };
  nodes.form = element("form", { class: "commission-form" },
    element("label", {}, element("span", {}, text("review.name")), nodes.name),
    element("label", {}, element("span", {}, text("commission.why")), nodes.reason),
    element("div", { class: "actions" }, nodes.arm, nodes.disarm));
  const heads = ["history.camera", "system.state", "commission.cut", "commission.own", "commission.armed"];
  nodes.chosen = element("section", { class: "commission-chosen", hidden: true, "aria-labelledby": "commission-title" },
    element("div", { class: "plate" }, nodes.title, nodes.state, nodes.next, nodes.refusals, nodes.steps, nodes.suspects, nodes.form),
    element("div", { class: "plate" }, element("h3", {}, text("commission.scores")), nodes.chart, nodes.figures, nodes.wells));
  part("commission").append(
    element("header", { class: "view-head" }, element("h1", {}, text("commission.title")), element("div", { class: "actions" }, nodes.again)),
    element("p", { class: "hint" }, text("commission.hint")),
    table("commission.title", heads, nodes.rows),
    nodes.said, nodes.chosen);
  return nodes;
}
