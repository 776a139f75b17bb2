// Another artefact judges kept pictures again, in the background: begun, watched, ended, gone on with, and what it found.

import { read, remove, send } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, count, share, text } from "./language.js";
import { failure, notice } from "./notice.js";
import { flipFigure } from "./what_if_flips.js";
import { changedOf, figures } from "./what_if_parts.js";

const PATH = "v1/what-if/rescoring";
const AGAIN_MS = 1500; // while it is at work
const PAGE = 24;

/** The part of the what-if view; `open(decision)` shows one closer, `chosen()` gives `from`, `to` and `camera_id`. */
export class Rescoring {
  #job = null;
  #timer = null;
  #shown = 0; // of the pictures that changed, those on whose pages we are
  #listed = null;

  constructor(open, chosen) {
    this.open = open;
    this.chosen = chosen;
    part("rescoring-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin({ artifact: part("rescoring-artifact").value.trim(), ...this.chosen() });
    });
    part("rescoring-resume").addEventListener("click", () => this.#begin(asAsked(this.#job.order)));
    part("rescoring-cancel").addEventListener("click", () => this.#act(() => remove(PATH), "resume"));
    part("rescoring-more").addEventListener("click", () => this.#list());
  }

  /** Shows the job at work or the last one, and follows it as long as the view is seen; `artifacts` may be chosen. */
  async show(artifacts) {
    part("rescoring-artifacts").replaceChildren(...artifacts.map((value) => element("option", { value })));
    await this.#look();
  }

  #begin(order) {
    return this.#act(() => send(PATH, order), "cancel");
  }

  /** The key that was pressed may be gone afterwards: the keyboard's place is on `next`. */
  async #act(operate, next) {
    try {
      await operate();
    } catch (error) {
      notice(failure(error), "bad");
    }
    await this.#look();
    part(`rescoring-${next}`).focus();
  }

  async #look() {
    clearTimeout(this.#timer);
    try {
      const job = await read(PATH);
      if (job) this.#draw(job);
      else setText(part("rescoring-state"), text("rescoring.none"));
    } catch (error) {
      setText(part("rescoring-state"), failure(error));
    }
    clearTimeout(this.#timer);
    const watched = this.#job?.state === "running" && !part("what-if").hidden;
    if (watched) this.#timer = setTimeout(() => this.#look(), AGAIN_MS);
  }

  #draw(job) {
    const { state, total, order } = job;
    this.#job = job;
    setText(part("rescoring-state"), wordsOf(job));
    part("rescoring-progress").hidden = state !== "running";
    part("rescoring-progress").value = job.progress;
    part("rescoring-cancel").hidden = state !== "running";
    part("rescoring-resume").hidden = state !== "cancelled" && state !== "failed";
    part("rescoring-figures").replaceChildren(...figures(total, [
      [text("rescoring.judged", { count: count(total.seen) }), count(total.judged)],
      [text("rescoring.as_before"), count(total.as_before)], [text("rescoring.gone"), count(total.picture_gone)]]));
    const chapter = `${job.started_at} ${state}`; // while it is at work pictures would come between others
    if (chapter === this.#listed) return;
    this.#listed = chapter;
    this.#listAnew();
  }

  #listAnew() {
    this.#shown = 0;
    part("rescoring-flips").replaceChildren();
    part("rescoring-more").hidden = true;
    if (this.#job.state !== "running") this.#list();
  }

  async #list() {
    const offset = this.#shown;
    const chapter = this.#listed;
    try {
      const { items } = await read(`${PATH}/flips`, { offset, limit: PAGE });
      if (offset !== this.#shown || chapter !== this.#listed) return;
      this.#shown += PAGE;
      part("rescoring-flips").append(...items.map((flip) => flipFigure(flip, this.open)));
      part("rescoring-more").hidden = this.#shown >= changedOf(this.#job.total);
    } catch (error) {
      notice(failure(error), "bad");
    }
  }
}

function wordsOf({ order, state, progress, problem, cut_short: short, changed_at: at }) {
  const camera = order.camera_id ?? text("what_if.all_cameras");
  const what = text("rescoring.order", { artifact: order.artifact, camera, from: clock(order.since), to: clock(order.until) });
  const how = text(`rescoring.${state}`, { share: share(Math.round(100 * progress) / 100), time: clock(at), problem });
  return [what, how, short && text("what_if.cut_short")].filter(Boolean).join(" ");
}

/** An order as it was given: the same one goes on where it was ended. */
function asAsked({ artifact, since, until, camera_id }) {
  return { artifact, from: since, to: until, camera_id };
}
