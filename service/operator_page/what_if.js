// What another threshold would have done to the decisions of a time: slider, figures, cameras, pictures; applied, undone.

import { nameOfOperator } from "./alarm_actions.js";
import { read, send } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, count, duration, number, text } from "./language.js";
import { failure, notice } from "./notice.js";
import { Rescoring } from "./rescoring.js";
import { frame } from "./what_if_frame.js";
import { activationRows, cameraRows, figures } from "./what_if_parts.js";
import { Flips } from "./what_if_flips.js";

const PATH = "v1/what-if";
const WIDEST = 4; // the slider reaches from a quarter of the served threshold to four times it
const STEPS = 200;
const AGAIN_MS = 1500; // while the decisions are being read
const RANGES = { "1h": 1, "8h": 8, "24h": 24, "7d": 168, "30d": 720 };
const USUAL = "24h";
const DIGITS = 8; // as many as a threshold needs: what is applied is what was looked at

/** The view; `open(decision)` shows one closer. */
export class WhatIf {
  #model = null;
  #span = null;
  #threshold = null;
  #served = null;
  #asked = 0;
  #busy = false;

  constructor(open) {
    part("what-if").append(...frame(STEPS));
    offerCameras([]);
    this.flips = new Flips(open);
    this.rescoring = new Rescoring(open, () => ({ ...this.#span, camera_id: part("what-if-camera").value || null }));
    part("what-if-range").replaceChildren(...Object.keys(RANGES).map((name) => element("option", { value: name, selected: name === USUAL }, text(`what_if.range_${name}`))));
    part("what-if-range").addEventListener("change", () => this.#begin());
    part("what-if-camera").addEventListener("change", () => this.#begin());
    part("what-if-slider").addEventListener("input", (event) => this.#slide(Number(event.target.value)));
    part("what-if-threshold").addEventListener("change", (event) => this.#type(event.target));
    part("what-if-served").addEventListener("click", () => this.#try(this.#served));
    part("what-if-kind").addEventListener("change", () => this.flips.show(this.#query()));
    part("what-if-form").addEventListener("submit", (event) => this.#apply(event));
  }

  /** Shows the view anew. */
  show() {
    return this.#begin();
  }

  /** Takes a span of time that stays as it is, so that every threshold is tried on the same decisions. */
  async #begin() {
    try {
      this.#model = await read("v1/model");
      await this.#showActivations();
    } catch (error) {
      this.#say(failure(error));
      return;
    }
    const to = Date.now();
    const from = to - RANGES[part("what-if-range").value] * 3_600_000;
    this.#span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    this.#served = rounded(this.#model.manifest.threshold.value);
    this.#try(this.#threshold ?? this.#served);
  }

  #slide(place) {
    this.#try(place === 0 ? this.#served : this.#served * WIDEST ** (place / STEPS));
  }

  #type(field) {
    const value = field.valueAsNumber;
    if (Number.isFinite(value) && value > 0) this.#try(value);
    else field.reportValidity();
  }

  #query() {
    return { ...this.#span, camera_id: part("what-if-camera").value, threshold: this.#threshold };
  }

  /** Tries a threshold; while an answer is under way only the newest of the others waits. */
  #try(threshold) {
    this.#threshold = rounded(threshold);
    part("what-if-threshold").value = this.#threshold;
    const place = (STEPS * Math.log(this.#threshold / this.#served)) / Math.log(WIDEST);
    part("what-if-slider").value = Math.round(place);
    const forAll = part("what-if-camera").value === "";
    part("what-if-apply").disabled = !forAll || this.#threshold === this.#served;
    setText(part("what-if-hint"), text(forAll ? "what_if.apply_hint" : "what_if.apply_all"));
    this.#asked += 1;
    if (!this.#busy) this.#ask();
  }

  async #ask() {
    this.#busy = true;
    let answered = 0;
    while (answered !== this.#asked && !part("what-if").hidden) {
      answered = this.#asked;
      try {
        this.#draw(await read(PATH, this.#query()));
      } catch (error) {
        if (error.status !== 503) {
          this.#say(failure(error));
          continue;
        }
        this.#say(text("what_if.reading"));
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        answered = 0;
      }
    }
    this.#busy = false;
    if (answered === this.#asked) this.flips.show(this.#query());
  }

  #say(words) {
    setText(part("what-if-state"), words);
  }

  #draw(found) {
    if (part("what-if-camera").value === "") offerCameras(found.cameras);
    this.#say([
      text("what_if.of", { count: count(found.total.decisions), time: duration(found.hours * 3_600_000), from: clock(found.since), to: clock(found.until) }),
      found.others > 0 && text("what_if.others", { count: count(found.others) }),
      found.cut_short && text("what_if.cut_short"),
    ].filter(Boolean).join(" "));
    part("what-if-figures").replaceChildren(...figures(found.total));
    part("what-if-cameras").replaceChildren(...cameraRows(found.cameras));
  }

  async #apply(event) {
    event.preventDefault();
    const wanted = { artifact: this.#model.artifact, threshold: this.#threshold, reason: part("what-if-reason").value.trim() };
    await this.#change("v1/model/threshold", wanted);
    part("what-if-reason").value = "";
  }

  async #change(path, wanted) {
    const operator = await nameOfOperator();
    try {
      const { manifest } = await send(path, { operator, ...wanted });
      notice(text("what_if.applied", { threshold: number(manifest.threshold.value, DIGITS) }), "good");
    } catch (error) {
      notice(failure(error), "bad");
    }
    await this.#begin();
  }

  async #showActivations() {
    const { items } = await read("v1/model/activations", { limit: 10 });
    const again = ({ artifact }) => this.#change("v1/model/activate", { artifact, reason: text("what_if.again_reason") });
    part("what-if-activations").replaceChildren(...activationRows(items, this.#model.artifact, again));
    await this.rescoring.show([...new Set(items.map((one) => one.artifact))].filter((artifact) => artifact !== this.#model.artifact));
  }
}

/** As the field shows it, so that the served threshold is the served one when it has gone through the field. */
function rounded(threshold) {
  return Number(threshold.toPrecision(DIGITS));
}

/** The cameras to choose from are those that have decisions. */
function offerCameras(cameras) {
  const names = cameras.map((camera) => camera.camera_id).filter((name) => name !== null);
  const options = [["", text("what_if.all_cameras")], ...names.map((name) => [name, name])];
  part("what-if-camera").replaceChildren(...options.map(([value, words]) => element("option", { value }, words)));
}
