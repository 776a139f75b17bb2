// The history: a strip of time for each troubled well, and decisions by filters, newest first, page by page.

import { read, withQuery } from "./api.js";
import { element, part, setText } from "./dom.js";
import { addressOf, drawFilters, filters, offerCameras, setFilters, shownTime } from "./history_filters.js";
import { clock, number, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { timeline } from "./timeline.js";
import { verdictMark } from "./verdict_mark.js";

const PAGE = 50;
const LONGEST_MS = 31 * 86_400_000;

/** The strips and the table of decisions with their form. */
export class History {
  #cursor = null;
  #shown = 0;

  /** `open(decision)` shows one closer. */
  constructor(plant, open) {
    this.plant = plant;
    this.open = open;
    drawFilters(() => this.#apply());
    part("filters").addEventListener("submit", (event) => this.#apply(event));
    part("filters").querySelector("[type=reset]").addEventListener("click", () => (location.hash = "#/history"));
    part("older").addEventListener("click", () => this.#load());
  }

  /** Shows the decisions that fit the filters of the address. */
  async show(query) {
    this.#shown += 1;
    offerCameras(this.plant.cameras().map((camera) => camera.cameraId));
    setFilters(query);
    part("csv").href = withQuery("v1/decisions", { ...filters(), format: "csv" });
    part("to-report").href = withQuery("#/report", this.#span());
    part("rows").replaceChildren();
    this.#cursor = null;
    await Promise.all([this.#load(), this.#drawTimeline()]);
  }

  #apply(event = null) {
    event?.preventDefault();
    const address = withQuery("#/history", addressOf());
    if (location.hash === address) this.show(new URLSearchParams(addressOf()));
    else location.hash = address;
  }

  #span() {
    const { camera_id, cast_id } = filters();
    const { from, to } = shownTime();
    return { camera_id, cast_id, from: new Date(Math.max(from, to - LONGEST_MS)).toISOString(), to: new Date(to).toISOString() };
  }

  async #drawTimeline() {
    const shown = this.#shown;
    try {
      const report = await read("v1/report", { ...this.#span(), pictures: false });
      if (shown !== this.#shown) return;
      const wanted = filters().well_id;
      const wells = report.wells.filter((well) => !wanted || well.well_id === wanted);
      part("timeline").replaceChildren(...timeline({ ...report, wells }, { zoom, open: (id) => this.open({ decision_id: id }) }));
    } catch (error) {
      part("timeline").replaceChildren(element("p", { class: "hint" }, failure(error)));
    }
  }

  async #load() {
    const shown = this.#shown;
    part("older").disabled = true;
    try {
      const page = await read("v1/decisions", { ...filters(), limit: PAGE, cursor: this.#cursor });
      if (shown !== this.#shown) return;
      part("rows").append(...page.items.map((decision) => this.#row(decision)));
      this.#cursor = page.next_cursor;
    } catch (error) {
      notice(failure(error), "bad");
    }
    part("older").hidden = this.#cursor === null;
    part("older").disabled = false;
    setText(part("history-none"), part("rows").children.length === 0 ? text("history.none") : "");
  }

  #row(decision) {
    const time = clock(decision.received_at);
    const open = element("button", {
      type: "button", class: "link", "aria-label": text("history.open", { time }), onclick: () => this.open(decision),
    }, time);
    const review = decision.review ? word("verdict", decision.review.verdict) : "–";
    const verdict = element("td", { class: "verdict" }, verdictMark(decision.verdict), word("verdict", decision.verdict));
    const cast = decision.cast_id && element("a", { href: withQuery("#/report", { cast_id: decision.cast_id }) }, decision.cast_id);
    return element("tr", { "data-verdict": decision.verdict },
      element("td", {}, open), verdict, cell(decision.camera_id), cell(decision.well_id), cell(cast),
      cell(decision.score_ratio === null ? null : number(decision.score_ratio, 3), "figure"),
      cell(word("reason", decision.reason)), cell(review));
  }
}

/** Whole seconds, as the form holds them, with nothing of the stretch left out. */
function zoom(from, to) {
  const { range: _, ...rest } = addressOf();
  const [first, last] = [Math.floor(from / 1000), Math.ceil(to / 1000)].map((second) => new Date(second * 1000).toISOString());
  location.hash = withQuery("#/history", { ...rest, from: first, to: last });
}

function cell(value, kind = null) {
  return element("td", { class: kind }, value ?? "–");
}
