// The cameras and their wells: one cell a crop position; a well's halves `12a`, `12b` stand together.
// Where a camera has a layout its last frame stands for the cells, while it is fresh.

import { read } from "./api.js";
import { CameraFrame, frameToggle, wantsFrame } from "./camera_frame.js";
import { element, part, setAttribute, setText } from "./dom.js";
import { duration, text } from "./language.js";
import { ShownWell } from "./shown_well.js";
import { columnsFor, tilesOf } from "./tiles.js";
import { verdictMark } from "./verdict_mark.js";
import { columnsThatFit, layOutWall } from "./wall.js";

const LAYOUTS_MS = 1500; // the board waits so long for the layouts, so that nothing moves when they come
const LONGEST_NAME = 6; // of longer ones the end is shown, which tells them apart; they are whole in the cell's title

const BEAT_MS = 600; // leaks that nobody has acknowledged beat together
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Draws every camera; nodes stay, only what differs is touched. */
export class Board {
  #panels = new Map();
  #layouts = null;
  #attention = null;

  /** `open(decision)` is called for a chosen well. */
  constructor(plant, open) {
    this.plant = plant;
    this.open = open;
    this.node = part("cameras");
    setInterval(() => this.node.toggleAttribute("data-beat", !STILL.matches && !this.node.hasAttribute("data-beat")), BEAT_MS);
    addEventListener("resize", () => this.#panels.forEach((panel) => panel.fit()));
  }

  /** Asks which cameras have a layout. */
  async learn() {
    const late = new Promise((resolve) => { setTimeout(resolve, LAYOUTS_MS, []); });
    const answer = read("v1/cameras").then(({ items }) => items.filter((camera) => camera.layout), () => []);
    for (const cameras of [Promise.race([answer, late]), answer]) {
      this.#layouts = new Map((await cameras).map((camera) => [camera.camera_id, camera]));
      for (const [id, layout] of this.#layouts) this.#panels.get(id)?.use(layout);
    }
    this.#redraw();
  }

  draw(attention) {
    this.#attention = attention;
    if (this.#layouts === null) return;
    const cameras = this.plant.cameras();
    const wanted = new Set(cameras.map((camera) => camera.cameraId));
    for (const [id, panel] of this.#panels) if (!wanted.has(id)) this.#remove(id, panel);
    cameras.forEach((camera, index) => this.#panel(camera, index).draw(camera));
    layOutWall(attention);
  }

  #panel(camera, index) {
    const known = this.#panels.get(camera.cameraId);
    if (known) return known;
    const panel = new Panel(this.plant, this.open, camera.cameraId, () => this.#redraw());
    this.#panels.set(camera.cameraId, panel);
    if (this.#layouts.has(camera.cameraId)) panel.use(this.#layouts.get(camera.cameraId));
    this.node.insertBefore(panel.node, this.node.children[index] ?? null);
    return panel;
  }

  #redraw() {
    if (this.#attention) this.draw(this.#attention);
  }

  #remove(id, panel) {
    panel.leave();
    this.#panels.delete(id);
  }
}

class Panel {
  #layout = "";
  #cells = new Map();
  #tiles = 1;
  #size = new ResizeObserver(() => this.fit());
  #frame = null;

  constructor(plant, open, cameraId, redraw) {
    this.plant = plant;
    this.open = open;
    this.cameraId = cameraId;
    this.toggle = frameToggle(redraw);
    this.name = element("h2", {}, cameraId);
    this.state = element("span", { class: "camera-state" });
    this.facts = element("span", { class: "camera-facts" });
    this.wells = element("div", { class: "wells" });
    this.place = element("div", { class: "wells-place" }, this.wells);
    this.node = element("section", { class: "camera", "data-camera": cameraId },
      element("header", {}, this.name, this.state, this.facts), this.place);
    this.#size.observe(this.place);
  }

  draw(camera) {
    this.#drawHead(camera);
    const wells = this.plant.wellsOf(camera);
    const layout = wells.map((well) => well.wellId).join();
    if (layout !== this.#layout) this.#arrange(wells);
    this.#layout = layout;
    for (const well of wells) this.#cells.get(well.wellId).draw(well);
    if (this.#frame) this.#drawFrame(camera, wells);
  }

  /** The camera has a layout: its place has the shape of its frame from now on. */
  use(layout) {
    if (this.#frame) return;
    this.#frame = new CameraFrame(this.plant, this.open, this.cameraId, layout);
    this.place.style.setProperty("--ratio", this.#frame.ratio);
    this.place.append(this.#frame.node);
    this.place.after(this.#frame.said);
    this.node.querySelector("header").append(this.toggle);
    this.fit();
  }

  /** On the wall the place is given and the cells must fit; else the place grows with them. */
  fit() {
    const onWall = document.body.classList.contains("on-wall");
    const { clientWidth: width, clientHeight: height } = this.place;
    const columns = onWall && height > 0 ? columnsThatFit(this.#tiles, width, height) : columnsFor(this.#tiles, width);
    this.wells.style.setProperty("--columns", columns);
    this.#frame?.fit(width);
  }

  leave() {
    this.#size.disconnect();
    this.#frame?.leave();
    this.node.remove();
  }

  #drawFrame(camera, wells) {
    const wanted = wantsFrame();
    setText(this.toggle, text(wanted ? "frame.to_grid" : "frame.to_frame"));
    setAttribute(this.place, "data-wants", wanted ? "frame" : null);
    setAttribute(this.place, "data-shown", wanted && this.#frame.draw(camera, wells) ? "frame" : "grid");
  }

  #drawHead(camera) {
    const state = cameraState(this.plant, camera);
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
    const longest = Math.max(1, ...wells.map((well) => well.wellId?.length ?? 1));
    this.#cells.clear();
    this.#tiles = tiles.length;
    this.wells.style.setProperty("--letters", Math.min(LONGEST_NAME, longest));
    this.wells.replaceChildren(...tiles.map(({ wellIds }) => this.#tile(wellIds)));
    this.fit();
  }

  #tile(wellIds) {
    const cells = wellIds.map((wellId) => new Cell(this.plant, this.open, wellId));
    wellIds.forEach((wellId, index) => this.#cells.set(wellId, cells[index]));
    return element("div", { class: "tile" }, ...cells.map((cell) => cell.node));
  }
}

class Cell extends ShownWell {
  #level = "";

  constructor(plant, open, wellId) {
    super(plant);
    this.name = element("span", { class: "cell-name", "aria-hidden": "true" }, shortName(wellId ?? ""));
    this.node = element("button", { type: "button", class: "cell", onclick: () => this.well.decision && open(this.well.decision) });
  }

  draw(well) {
    super.draw(well);
    const level = `${Math.round(100 * Math.min(1, well.decision?.score_ratio ?? 0))}%`;
    if (this.#level !== level) this.node.style.setProperty("--score", level);
    this.#level = level;
  }

  show(verdict, label) {
    this.node.title = label;
    this.node.replaceChildren(this.name, verdictMark(verdict));
  }
}

function shortName(wellId) {
  return wellId.length > LONGEST_NAME ? `…${wellId.slice(1 - LONGEST_NAME)}` : wellId;
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
