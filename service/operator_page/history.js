// The history: decisions by filters, newest first, page by page.

import { read, withQuery } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, number, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { filters, offerCameras, setFilters } from "./history_filters.js";
import { verdictMark } from "./verdict_mark.js";

const PAGE = 50;

/** The table of decisions with its form. */
export class History {
  #cursor = null;

  /** `open(decision)` shows one closer. */
  constructor(plant, open) {
    this.plant = plant;
    this.open = open;
    part("filters").addEventListener("submit", (event) => this.#apply(event));
    part("filters").addEventListener("reset", () => setTimeout(() => this.#apply()));
    part("older").addEventListener("click", () => this.#load());
  }

  /** Shows the decisions that fit the filters of the address. */
  async show(query) {
    offerCameras(this.plant.cameras().map((camera) => camera.cameraId));
    setFilters(query);
    part("csv").href = withQuery("v1/decisions", { ...filters(), format: "csv" });
    part("rows").replaceChildren();
    this.#cursor = null;
    await this.#load();
  }

  #apply(event = null) {
    event?.preventDefault();
    location.hash = withQuery("#/history", filters());
  }

  async #load() {
    part("older").disabled = true;
    try {
      const page = await read("v1/decisions", { ...filters(), limit: PAGE, cursor: this.#cursor });
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
    return element("tr", { "data-verdict": decision.verdict },
      element("td", {}, open), verdict, cell(decision.camera_id), cell(decision.well_id), cell(decision.cast_id),
      cell(decision.score_ratio === null ? null : number(decision.score_ratio, 3), "figure"),
      cell(word("reason", decision.reason)), cell(review));
  }
}

function cell(value, kind = null) {
  return element("td", { class: kind }, value ?? "–");
}
