// The decisions whose verdict would be another one, newest first, with their pictures.

import { decisionPath, read } from "./api.js";
import { element, part, setText } from "./dom.js";
import { clock, count, number, text, word } from "./language.js";
import { failure } from "./notice.js";
import { verdictMark } from "./verdict_mark.js";
import { wellName } from "./wording.js";

const PAGE = 24;
const KINDS = {
  all: {}, lost: { before: "leak" }, found: { after: "leak" }, leaks: { reviewed: "leak" }, good: { reviewed: "no_leak" },
};

/** The pictures, page by page. */
export class Flips {
  #query = null;
  #offset = 0;

  /** `open(decision)` shows one closer. */
  constructor(open) {
    this.open = open;
    part("what-if-kind").replaceChildren(...Object.keys(KINDS).map((kind) => element("option", { value: kind }, text(`what_if.kind_${kind}`))));
    part("what-if-more").addEventListener("click", () => this.#load());
  }

  /** Shows those of a question, from the first one on. */
  show(query) {
    this.#query = { ...query, ...KINDS[part("what-if-kind").value], limit: PAGE };
    this.#offset = 0;
    return this.#load();
  }

  async #load() {
    const query = this.#query;
    try {
      const { items, total } = await read("v1/what-if/flips", { ...query, offset: this.#offset });
      if (query !== this.#query) return;
      const shown = items.map((flip) => flipFigure(flip, this.open));
      if (this.#offset === 0) part("what-if-flips").replaceChildren(...shown);
      else part("what-if-flips").append(...shown);
      this.#offset += PAGE;
      setText(part("what-if-flips-state"), total === 0 ? text("what_if.no_flips") : text("what_if.flips", { shown: count(Math.min(this.#offset, total)), total: count(total) }));
      part("what-if-more").hidden = this.#offset >= total;
    } catch (error) {
      setText(part("what-if-flips-state"), failure(error));
    }
  }
}

/** A decision with the verdict that it would have; one whose picture was not kept leaves its name alone. */
export function flipFigure({ decision, verdict, reviewed = null }, open) {
  const { camera_id: camera, well_id: well } = decision;
  const name = [camera, well].filter(Boolean).join(" · ") || wellName(camera, well);
  const image = element("img", { src: decisionPath(decision.decision_id, "/picture"), alt: text("picture.alt", { well: name }), loading: "lazy", onerror: () => image.remove() });
  const said = reviewed && element("span", {}, text("what_if.said", { verdict: word("verdict", reviewed) }));
  return element("figure", {}, element("button", { type: "button", class: "picture", onclick: () => open(decision) },
    image, element("figcaption", {},
      element("span", {}, verdictMark(decision.verdict), " → ", verdictMark(verdict), ` ${name}`),
      element("span", {}, `${clock(decision.received_at)} · ${number(decision.score, 4)}`), said)));
}
