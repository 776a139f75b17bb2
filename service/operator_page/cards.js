// The cards on top: each leak and unknown with its picture, score, age, and what a person can do about it.

import { cardsOf, isOpen } from "./attention.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { clock, duration, text, word } from "./language.js";
import { pictureFigure, showPictures } from "./picture.js";
import { scoreBar } from "./score_bar.js";
import { verdictMark } from "./verdict_mark.js";
import { wellList, why } from "./wording.js";

const PICTURE_STAYS_MS = 5000; // a leaking well sends 3.5 pictures a second: nobody could look at them

/** Keeps one DOM node per card, so that nothing flickers and the keyboard's place is kept. */
export class Cards {
  #cards = new Map();

  /** `open(decision)` shows it closer, `acknowledge(alarms)` takes note of its alarms. */
  constructor(plant, { open, acknowledge }) {
    this.plant = plant;
    this.actions = { open, acknowledge };
    this.list = part("cards");
  }

  /** Brings the cards up to date. */
  draw() {
    const { cards, hidden } = cardsOf(this.plant);
    const wanted = new Set(cards.map((card) => card.key));
    for (const [key, card] of this.#cards) if (!wanted.has(key)) this.#remove(key, card);
    cards.forEach((state, index) => this.#place(state, index));
    setText(part("more-leaks"), hidden > 0 ? text("attention.more", { count: hidden }) : "");
  }

  #place(state, index) {
    const card = this.#cards.get(state.key) ?? new Card(this.plant, this.actions);
    this.#cards.set(state.key, card);
    if (this.list.children[index] !== card.node) this.list.insertBefore(card.node, this.list.children[index] ?? null);
    card.draw(state);
  }

  #remove(key, card) {
    card.node.remove();
    this.#cards.delete(key);
  }
}

class Card {
  #pictured = null;
  #picturedAt = 0;

  constructor(plant, actions) {
    this.plant = plant;
    this.heading = element("h3");
    this.place = element("p", { class: "card-place" });
    this.age = element("p", { class: "card-age" });
    this.reason = element("p", { class: "card-why" });
    this.figure = pictureFigure();
    this.bar = scoreBar();
    this.note = element("p", { class: "card-note" });
    this.mark = element("div", { class: "card-mark" });
    this.look = element("button", { type: "button", class: "look", onclick: () => actions.open(this.decision) }, text("card.open"));
    this.acknowledge = element("button", {
      type: "button", class: "acknowledge", onclick: () => actions.acknowledge(this.state.wells.filter(isOpen).map((well) => well.alarm)),
    }, text("card.acknowledge"));
    this.node = element("li", { class: "card" },
      element("header", {}, this.mark, element("div", {}, this.heading, this.place), this.age),
      this.figure, this.reason, this.bar.node, this.note,
      element("footer", {}, this.acknowledge, this.look));
  }

  draw(state) {
    this.state = state;
    const [well] = state.wells;
    this.decision = well.trouble;
    setAttribute(this.node, "data-verdict", this.decision.verdict);
    setAttribute(this.node, "data-open", state.open);
    this.#drawHead(well, state);
    setText(this.reason, why(this.decision));
    this.bar.node.hidden = this.decision.score_ratio === null;
    this.bar.set(this.decision);
    setText(this.note, this.#noteOf(well, state));
    this.acknowledge.hidden = !state.open;
    this.#drawPicture();
  }

  #drawHead(well, { wells, since }) {
    const verdict = this.decision.verdict;
    if (this.mark.dataset.verdict !== verdict) this.mark.replaceChildren(verdictMark(verdict));
    this.mark.dataset.verdict = verdict;
    const single = wells.length === 1;
    const name = word("verdict", verdict);
    setText(this.heading, single ? `${name} ${well.wellId ?? ""}` : text("card.group", { count: wells.length, verdict: name.toLowerCase() }));
    const place = single ? [] : [wellList(wells.map((one) => one.wellId))];
    setText(this.place, [well.camera.cameraId, ...place, text("since", { time: clock(since) })].join(" · "));
    setText(this.age, duration(this.plant.now() - since));
  }

  #noteOf(well, { wells }) {
    if (wells.length > 1) return "";
    const now = this.plant.shownVerdict(well);
    if (now !== this.decision.verdict) {
      return text("card.over", { verdict: word("verdict", this.decision.verdict), now: word("verdict", now) }).toLowerCase();
    }
    return well.alarm?.acknowledged_at ? text("card.acknowledged", { operator: well.alarm.acknowledged_by }) : "";
  }

  #drawPicture() {
    const fresh = performance.now() - this.#picturedAt < PICTURE_STAYS_MS;
    if (this.#pictured === this.decision.decision_id || (this.#pictured && fresh)) return;
    this.#pictured = this.decision.decision_id;
    this.#picturedAt = performance.now();
    showPictures(this.figure, this.decision);
  }
}
