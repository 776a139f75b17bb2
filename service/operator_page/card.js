// One card: which well, since when, why, with its picture where it is large, and what a person can do about it.

import { isOpen, isShelved } from "./attention.js";
import { element, setAttribute, setText } from "./dom.js";
import { clock, count, duration, number, text, word } from "./language.js";
import { pictureFigure, showPictures } from "./picture.js";
import { scoreBar } from "./score_bar.js";
import { verdictMark } from "./verdict_mark.js";
import { wellList, why } from "./wording.js";

const PICTURE_STAYS_MS = 5000; // a leaking well sends 3.5 pictures a second: nobody could look at them

/** A card that shows one well, or several of one camera with the same trouble. */
export class Card {
  #shown = [];
  #pictured = null;
  #picturedAt = 0;

  constructor(plant, actions) {
    this.plant = plant;
    this.heading = element("h3");
    this.place = element("p", { class: "card-place" });
    this.age = element("p", { class: "card-age" });
    this.ratio = element("p", { class: "card-ratio" });
    this.first = element("span", { class: "badge", title: text("card.first_out_hint") }, text("card.first_out"));
    this.reason = element("p", { class: "card-why" });
    this.figure = pictureFigure();
    this.bar = scoreBar();
    this.note = element("p", { class: "card-note" });
    this.mark = element("div", { class: "card-mark" });
    this.buttons = this.#buttons(actions);
    const { acknowledge, look, shelve, unshelve } = this.buttons;
    this.node = element("li", { class: "card" },
      element("header", {}, this.mark, element("div", { class: "card-name" }, this.heading, this.place),
        this.first, element("div", { class: "card-figures" }, this.age, this.ratio)),
      this.figure, this.reason, this.bar.node, this.note,
      element("footer", {}, acknowledge, look, shelve, unshelve));
  }

  draw(state, large) {
    this.state = state;
    const [well] = state.wells;
    this.decision = well.trouble;
    if (this.#isShown(well, state, large)) return;
    const verdict = well.alarm?.verdict === "leak" ? "leak" : this.decision.verdict;
    setAttribute(this.node, "data-verdict", verdict);
    setAttribute(this.node, "data-open", state.open);
    this.#drawHead(well, state, verdict);
    setText(this.reason, why(this.decision));
    this.bar.node.hidden = this.decision.score_ratio === null;
    this.bar.set(this.decision);
    setText(this.note, this.#noteOf(well, state));
    this.#drawButtons(well, state);
    if (large) this.#drawPicture();
  }

  /** Whether all that a card tells is what it told before: in a flood hundreds stand, and few change at a time. */
  #isShown(well, { wells, open, since }, large) {
    const age = Math.floor((this.plant.now() - since) / 1000);
    const told = [large, open, wells.map((one) => one.wellId).join(), well.trouble, well.alarm, since, age,
      this.plant.shownVerdict(well), isShelved(this.plant, well)];
    const same = told.every((value, index) => value === this.#shown[index]);
    this.#shown = told;
    return same;
  }

  #buttons({ open, acknowledge, shelve, unshelve }) {
    const button = (kind, words, onclick) => element("button", { type: "button", class: kind, onclick }, text(words));
    return {
      acknowledge: button("acknowledge", "card.acknowledge", () => acknowledge(this.state.wells.filter(isOpen).map((well) => well.alarm))),
      look: button("look", "card.open", () => open(this.decision)),
      shelve: button("shelve", "card.shelve", () => shelve(this.state.wells[0].alarm)),
      unshelve: button("unshelve", "card.unshelve", () => unshelve(this.state.wells[0].alarm)),
    };
  }

  #drawButtons(well, { open, wells }) {
    const shelved = isShelved(this.plant, well);
    const one = wells.length === 1 && Boolean(well.alarm) && well.wellId !== null;
    this.buttons.acknowledge.hidden = !open;
    this.buttons.shelve.hidden = !one || shelved || !well.alarm.active;
    this.buttons.unshelve.hidden = !shelved;
  }

  #drawHead(well, { wells, since }, verdict) {
    if (this.mark.dataset.verdict !== verdict) this.mark.replaceChildren(verdictMark(verdict));
    this.mark.dataset.verdict = verdict;
    const single = wells.length === 1;
    const name = word("verdict", verdict);
    setText(this.heading, single ? `${name} ${well.wellId ?? ""}` : text("card.group", { count: wells.length, verdict: name.toLowerCase() }));
    const place = single ? [] : [wellList(wells.map((one) => one.wellId))];
    setText(this.place, [well.camera.cameraId, ...place, text("since", { time: clock(since) })].join(" · "));
    setText(this.age, duration(this.plant.now() - since));
    setText(this.ratio, single && this.decision.score_ratio !== null ? text("card.ratio", { ratio: ratioOf(this.decision) }) : "");
    this.first.hidden = !single || !well.alarm?.first_out;
  }

  #noteOf(well, { wells }) {
    if (wells.length > 1) return "";
    const { alarm } = well;
    const notes = [];
    const now = this.plant.shownVerdict(well);
    if (now !== this.decision.verdict) notes.push(text("card.over", lower({ verdict: word("verdict", this.decision.verdict), now: word("verdict", now) })));
    if (isShelved(this.plant, well)) {
      notes.push(text("card.shelved", { operator: alarm.shelved_by, time: clock(alarm.shelved_until), reason: alarm.shelf_reason }));
    } else if (alarm?.acknowledged_at) notes.push(text("card.acknowledged", { operator: alarm.acknowledged_by }));
    if (alarm?.occurrences > 1) notes.push(text(alarm.chattering ? "card.chatters" : "card.times", { count: alarm.occurrences }));
    return notes.join(" · ");
  }

  #drawPicture() {
    const fresh = performance.now() - this.#picturedAt < PICTURE_STAYS_MS;
    if (this.#pictured === this.decision.decision_id || (this.#pictured && fresh)) return;
    this.#pictured = this.decision.decision_id;
    this.#picturedAt = performance.now();
    showPictures(this.figure, this.decision);
  }
}

function ratioOf({ score_ratio: ratio }) {
  return ratio >= 10 ? count(Math.round(ratio)) : number(ratio, 2);
}

function lower(words) {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [name, value.toLowerCase()]));
}
