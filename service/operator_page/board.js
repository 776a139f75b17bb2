// The cameras and their wells: one tile a well, in it one cell a crop position (a well's halves `12a`, `12b` share one).

import { isOpen } from "./attention.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { duration, text } from "./language.js";
import { columnsFor, tilesOf } from "./tiles.js";
import { verdictMark } from "./verdict_mark.js";
import { wellName } from "./wording.js";

/** Draws every camera; nodes stay, only what differs is touched. */
export class Board {
  #panels = new Map();

  /** `open(decision)` is called for a chosen well. */
  constructor(plant, open) {
    this.plant = plant;
    this.open = open;
    this.node = part("cameras");
  }

  draw() {
    const cameras = this.plant.cameras();
    const wanted = new Set(cameras.map((camera) => camera.cameraId));
    for (const [id, panel] of this.#panels) if (!wanted.has(id)) this.#remove(id, panel);
    cameras.forEach((camera, index) => this.#panel(camera, index).draw(camera));
  }

  #panel(camera, index) {
    const known = this.#panels.get(camera.cameraId);
    if (known) return known;
    const panel = new Panel(this.plant, this.open);
    this.#panels.set(camera.cameraId, panel);
    this.node.insertBefore(panel.node, this.node.children[index] ?? null);
    return panel;
  }

  #remove(id, panel) {
    panel.node.remove();
    this.#panels.delete(id);
  }
}

class Panel {
  #layout = "";
  #cells = new Map();

  constructor(plant, open) {
    this.plant = plant;
    this.open = open;
    this.name = element("h2");
    this.state = element("span", { class: "camera-state" });
    this.facts = element("span", { class: "camera-facts" });
    this.wells = element("div", { class: "wells" });
    this.node = element("section", { class: "camera" },
      element("header", {}, this.name, this.state, this.facts), this.wells);
  }

  draw(camera) {
    this.#drawHead(camera);
    const wells = this.plant.wellsOf(camera);
    const layout = wells.map((well) => well.wellId).join();
    if (layout !== this.#layout) this.#arrange(wells);
    this.#layout = layout;
    for (const well of wells) this.#cells.get(well.wellId).draw(well);
  }

  #drawHead(camera) {
    const state = cameraState(this.plant, camera);
    setText(this.name, camera.cameraId);
    setAttribute(this.node, "data-state", state);
    setText(this.state, text(`camera.${state}`));
    const facts = [text("camera.wells", { count: this.plant.wellsOf(camera).length })];
    if (camera.castId) facts.unshift(text("camera.cast", { cast: camera.castId }));
    if (camera.lastAt) facts.push(lastPicture(this.plant, camera));
    if (camera.drifting.length > 0) facts.push(text("camera.drift"));
    setText(this.facts, facts.join(" · "));
  }

  #arrange(wells) {
    const tiles = tilesOf(wells.map((well) => well.wellId));
    this.#cells.clear();
    this.wells.style.setProperty("--columns", columnsFor(tiles.length));
    this.wells.replaceChildren(...tiles.map(({ name, wellIds }) => this.#tile(name, wellIds)));
  }

  #tile(name, wellIds) {
    const cells = wellIds.map((wellId) => new Cell(this.plant, this.open));
    wellIds.forEach((wellId, index) => this.#cells.set(wellId, cells[index]));
    return element("div", { class: "tile" }, element("span", { class: "tile-name", "aria-hidden": "true" }, name),
      ...cells.map((cell) => cell.node));
  }
}

class Cell {
  #verdict = null;

  constructor(plant, open) {
    this.plant = plant;
    this.level = element("span", { class: "level", "aria-hidden": "true" });
    this.node = element("button", { type: "button", class: "cell", onclick: () => this.well.decision && open(this.well.decision) });
  }

  draw(well) {
    this.well = well;
    const verdict = this.plant.shownVerdict(well);
    if (verdict !== this.#verdict) this.#show(verdict);
    setAttribute(this.node, "data-open", isOpen(well));
    const ratio = well.decision?.score_ratio ?? 0;
    this.level.style.width = `${Math.round(100 * Math.min(1, ratio))}%`;
  }

  #show(verdict) {
    this.#verdict = verdict;
    const label = `${wellName(this.well.camera.cameraId, this.well.wellId)}: ${text(`verdict.${verdict}`)}`;
    setAttribute(this.node, "data-verdict", verdict);
    setAttribute(this.node, "aria-label", label);
    this.node.title = label;
    this.node.replaceChildren(verdictMark(verdict), this.level);
  }
}

/** How long ago the camera sent its last picture, in words. */
export function lastPicture(plant, camera) {
  const age = plant.age(camera.lastAt);
  return age < 1000 ? text("camera.now") : text("camera.last", { duration: duration(age) });
}

/** `silent`: it should send and does not; `paused`: it has not sent for a while; `alive` else. */
export function cameraState(plant, camera) {
  if (camera.silentSince) return "silent";
  return plant.wellsOf(camera).some((well) => plant.shownVerdict(well) !== "silent") ? "alive" : "paused";
}
