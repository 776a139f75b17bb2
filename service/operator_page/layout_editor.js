// The wells of a layout over a frame: dragged, resized, named, added and removed. Outlines are boxes or four corners.

import { drawing, setAttribute } from "./dom.js";

const SMALLEST = 8;
const LETTER = 13; // the least size of a name, in pixels of the frame
const LETTERS_ACROSS = 90; // a large frame is shown smaller, and its names must still be read
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** An editor in an `svg`; `changed()` is called after each change. */
export class LayoutEditor {
  constructor(svg, changed) {
    this.svg = svg;
    this.changed = changed;
    this.wells = new Map();
    this.chosen = null;
    this.size = [1, 1];
    svg.addEventListener("pointerdown", (event) => this.#press(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    svg.addEventListener("pointerup", () => { this.drag = null; });
    svg.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows a frame (its address and size) and the wells on it. */
  show(address, size, wells) {
    this.size = size;
    this.wells = new Map(Object.entries(wells));
    this.chosen = null;
    setAttribute(this.svg, "viewBox", `0 0 ${size[0]} ${size[1]}`);
    this.svg.style.setProperty("--letter", `${Math.max(LETTER, size[0] / LETTERS_ACROSS)}px`);
    this.places = drawing("g");
    this.svg.replaceChildren(drawing("image", { href: address, width: size[0], height: size[1] }), this.places);
    this.#draw();
  }

  /** Adds a well of the size of the chosen one, a little below it. */
  add() {
    const [left, top, width, height] = this.chosen ? around(this.wells.get(this.chosen)) : [10, 10, 48, 27];
    const name = this.#freeName();
    this.wells.set(name, this.#kept([left, top + height + 4, width, height]));
    this.#choose(name);
  }

  /** Removes the chosen well. */
  remove() {
    this.wells.delete(this.chosen);
    this.#choose(null);
  }

  /** Gives the chosen well another name, unless one has it. Order is kept. */
  rename(name) {
    if (!this.chosen || this.wells.has(name)) return false;
    this.wells = new Map([...this.wells].map(([old, outline]) => [old === this.chosen ? name : old, outline]));
    this.#choose(name);
    return true;
  }

  #choose(name) {
    this.chosen = name;
    this.#draw();
    this.changed();
  }

  #press(event) {
    const name = event.target.dataset.well;
    if (name === undefined) return;
    const corner = event.target.dataset.corner === "yes";
    this.drag = { from: this.#place(event), outline: this.wells.get(name), corner };
    this.svg.setPointerCapture(event.pointerId);
    this.#choose(name);
  }

  #move(event) {
    if (!this.drag) return;
    const [x, y] = this.#place(event);
    const by = [Math.round(x - this.drag.from[0]), Math.round(y - this.drag.from[1])];
    this.#set(this.drag.corner ? resized(this.drag.outline, by) : moved(this.drag.outline, by));
  }

  #key(event) {
    const by = ARROWS[event.key];
    if (!this.chosen || (!by && event.key !== "Delete")) return;
    event.preventDefault();
    event.stopPropagation();
    if (by) this.#set(event.shiftKey ? resized(this.wells.get(this.chosen), by) : moved(this.wells.get(this.chosen), by));
    else this.remove();
  }

  #set(outline) {
    this.wells.set(this.chosen, this.#kept(outline));
    this.#draw();
    this.changed();
  }

  /** The outline, moved back where it would reach beyond the frame. */
  #kept(outline) {
    const [left, top, width, height] = around(outline);
    const back = [Math.min(Math.max(left, 0), Math.max(0, this.size[0] - width)) - left, Math.min(Math.max(top, 0), Math.max(0, this.size[1] - height)) - top];
    return moved(outline, back);
  }

  #place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  #freeName() {
    let number = this.wells.size + 1;
    while (this.wells.has(`${number}a`)) number += 1;
    return `${number}a`;
  }

  #draw() {
    this.places.replaceChildren(...[...this.wells].flatMap(([name, outline]) => this.#drawn(name, outline)));
  }

  #drawn(name, outline) {
    const [left, top, width, height] = around(outline);
    const points = corners(outline).map((point) => point.join(",")).join(" ");
    const chosen = name === this.chosen;
    const shape = drawing("polygon", { points, "data-well": name, class: chosen ? "well chosen" : "well" });
    const label = drawing("text", { x: left, y: top - 3 });
    label.textContent = name;
    if (!chosen || !isBox(outline)) return [shape, label];
    return [shape, label, drawing("circle", { cx: left + width, cy: top + height, r: 5, class: "corner", "data-well": name, "data-corner": "yes" })];
  }
}

/** Whether an outline is a box, [left, top, width, height]. */
export function isBox(outline) {
  return !Array.isArray(outline[0]);
}

/** The corners of an outline, clockwise from the top left. */
export function corners(outline) {
  if (!isBox(outline)) return outline;
  const [left, top, width, height] = outline;
  return [[left, top], [left + width, top], [left + width, top + height], [left, top + height]];
}

/** The upright box around an outline. */
export function around(outline) {
  const points = corners(outline);
  const [x, y] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [left, top] = [Math.min(...x), Math.min(...y)];
  return [left, top, Math.max(...x) - left, Math.max(...y) - top];
}

function moved(outline, [right, down]) {
  if (!isBox(outline)) return outline.map(([x, y]) => [x + right, y + down]);
  return [outline[0] + right, outline[1] + down, outline[2], outline[3]];
}

function resized(outline, [right, down]) {
  if (!isBox(outline)) return outline;
  return [outline[0], outline[1], Math.max(SMALLEST, outline[2] + right), Math.max(SMALLEST, outline[3] + down)];
}
