// What asks for a person: a section for each group of wells, in it a card for each; the first few show their picture.

import { isOpen } from "./attention.js";
import { Card } from "./card.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { text } from "./language.js";
import { handsAtWork, watchHands } from "./steady.js";

const MOST_LARGE = { leak: 4, unknown: 2, returned: 0, shelved: 0 }; // more pictures nobody could look at
const phone = matchMedia("(max-width: 40rem)");

/** Keeps one DOM node per card, so that nothing flickers and the keyboard's place is kept. */
export class Cards {
  #cards = new Map();
  #sections = new Map();

  /** `open(decision)` shows it closer, `acknowledge(alarms)` takes note of alarms, `shelve(alarm)` puts one aside. */
  constructor(plant, actions) {
    this.plant = plant;
    this.actions = actions;
    this.place = part("attention");
    watchHands(part("board"));
    part("to-alarms").addEventListener("click", () => this.place.scrollIntoView({ block: "start" }));
  }

  /** Brings the cards up to date with the groups of `attentionOf`; while somebody points at the board, each in its place. */
  draw(groups) {
    if (handsAtWork() && this.#cards.size > 0) this.#drawInPlace(groups);
    else this.#arrange(groups);
  }

  /** A card whose trouble is over stays, pale, and cannot be pressed: no other one comes under the finger. */
  #drawInPlace(groups) {
    const states = new Map(groups.flatMap(({ cards }) => cards.map((state) => [state.key, state])));
    for (const [key, card] of this.#cards) {
      card.node.inert = !states.has(key);
      if (states.has(key)) card.draw(states.get(key), card.node.hasAttribute("data-large"));
    }
  }

  #arrange(groups) {
    const wanted = new Set(groups.flatMap(({ cards }) => cards.map((card) => card.key)));
    for (const [key, card] of this.#cards) if (!wanted.has(key)) this.#remove(key, card);
    groups.forEach((each) => this.#draw(each));
    part("attention-none").hidden = wanted.size > 0;
    part("to-alarms").hidden = wanted.size === 0;
    setText(part("to-alarms"), text("attention.go", { count: groups.reduce((sum, { wells }) => sum + wells.length, 0) }));
  }

  #draw({ group, wells, cards }) {
    const section = this.#section(group);
    section.node.hidden = cards.length === 0;
    if (cards.length === 0) return;
    setText(section.title, text(`attention.${group}`, { count: wells.length }));
    this.#drawActions(section, wells.filter(isOpen));
    cards.forEach((state, index) => this.#place(section.list, state, index, !phone.matches && index < MOST_LARGE[group]));
  }

  /** One decision for all open alarms of a camera, where there are several: those on the screen, and no others. */
  #drawActions(section, open) {
    const byCamera = [...Map.groupBy(open, (well) => well.camera.cameraId)].filter(([, wells]) => wells.length > 1);
    section.open = new Map(byCamera.map(([camera, wells]) => [camera, wells.map((well) => ({ well, alarm: well.alarm }))]));
    const wanted = byCamera.map(([camera, wells]) => text("attention.all", { camera, count: wells.length }));
    while (section.actions.children.length > wanted.length) section.actions.lastChild.remove();
    wanted.forEach((words, index) => {
      const button = section.actions.children[index] ?? section.actions.appendChild(this.#all(section));
      button.dataset.camera = byCamera[index][0];
      setAttribute(button, "aria-label", words);
      setText(button, `${byCamera[index][0]}: ${byCamera[index][1].length}`);
    });
  }

  #all(section) {
    const press = ({ currentTarget }) => {
      const told = section.open.get(currentTarget.dataset.camera) ?? [];
      const open = told.filter(({ well, alarm }) => isOpen(well) && well.alarm.alarm_id === alarm.alarm_id);
      if (open.length > 0) this.actions.acknowledge(open.map(({ alarm }) => alarm));
    };
    return element("button", { type: "button", class: "all", onclick: press });
  }

  #section(group) {
    if (!this.#sections.has(group)) {
      const title = element("h2");
      const actions = element("div", { class: "group-actions", "data-words": text("attention.all_of") });
      const list = element("ul", { class: "cards" });
      const node = element("section", { class: "group", "data-group": group }, element("header", {}, title, actions), list);
      this.#sections.set(group, { node, title, actions, list, open: new Map() });
      this.place.append(node);
    }
    return this.#sections.get(group);
  }

  #place(list, state, index, large) {
    const card = this.#cards.get(state.key) ?? new Card(this.plant, this.actions);
    this.#cards.set(state.key, card);
    if (list.children[index] !== card.node) list.insertBefore(card.node, list.children[index] ?? null);
    card.node.inert = false;
    setAttribute(card.node, "data-large", large);
    card.draw(state, large);
  }

  #remove(key, card) {
    card.node.remove();
    this.#cards.delete(key);
  }
}
