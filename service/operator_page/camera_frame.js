// The table as its camera sees it: the last frame with the wells of the layout drawn on it, in the colours of their verdicts.

import { drawing, element, setAttribute, setText } from "./dom.js";
import { clock, duration, text } from "./language.js";
import { around, corners } from "./layout_editor.js";
import { recall, remember } from "./preferences.js";
import { ShownWell } from "./shown_well.js";
import { verdictMark } from "./verdict_mark.js";

const REFRESH_MS = 2000;
const DEADLINE_MS = 10_000;
const LETTER = 13; // the size of a name, in pixels of the screen
const ROOMY = matchMedia("(min-width: 40rem)"); // on a phone the wells of a frame are too small for a thumb

/** The frame of one camera; `layout` holds `layout` and `frame_size` as `GET /v1/cameras` gives them. */
export class CameraFrame {
  #wells = new Map();
  #drawnAt = null; // when the frame that is shown was captured
  #refused = false;
  #askedAt = -Infinity;
  #newestAsked = null;
  #address = null;

  constructor(plant, open, cameraId, { layout, frame_size: size }) {
    this.plant = plant;
    this.cameraId = cameraId;
    this.width = size[0];
    this.image = drawing("image", { width: size[0], height: size[1] });
    this.node = drawing("svg", { class: "camera-frame", viewBox: `0 0 ${size[0]} ${size[1]}`, role: "group", "aria-label": text("frame.title", { camera: cameraId }) }, this.image);
    this.said = element("p", { class: "frame-said" });
    this.ratio = `${size[0]} / ${size[1]}`;
    for (const [wellId, outline] of Object.entries(layout)) {
      const well = new FrameWell(plant, open, wellId, outline);
      this.#wells.set(wellId, well);
      this.node.append(well.node);
    }
  }

  /** Whether the frame can stand for the grid: it is fresh, there is room, and every well lies on it. */
  draw(camera, wells) {
    this.#refresh(camera);
    const shown = this.#isFresh(camera) && wells.every((well) => this.#wells.has(well.wellId));
    setText(this.said, this.#words(shown));
    if (shown) for (const well of wells) this.#wells.get(well.wellId).draw(well);
    return shown;
  }

  /** Names keep their size on the screen, whatever the size of the frame. */
  fit(width) {
    if (width > 0) this.node.style.setProperty("--letter", `${(LETTER * this.width) / width}px`);
  }

  leave() {
    if (this.#address) URL.revokeObjectURL(this.#address);
  }

  #isFresh(camera) {
    return this.#drawnAt !== null && !camera.silentSince && this.plant.age(this.#drawnAt) <= this.plant.silentAfter(camera);
  }

  #words(shown) {
    if (shown) return text("frame.of", { time: clock(Date.parse(this.#drawnAt)) });
    if (this.#drawnAt === null) return this.#refused ? text("frame.none") : "";
    return text("frame.old", { duration: duration(this.plant.age(this.#drawnAt)) });
  }

  /** Asks for the frame when decisions have come since, not more often than every two seconds, and only if it is seen. */
  #refresh(camera) {
    const now = performance.now();
    if (camera.lastAt === null || camera.lastAt === this.#newestAsked || now - this.#askedAt < REFRESH_MS) return;
    if (this.plant.age(camera.lastAt) > this.plant.silentAfter(camera)) return;
    if (document.visibilityState !== "visible" || !ROOMY.matches || document.body.classList.contains("on-wall")) return;
    this.#askedAt = now;
    this.#newestAsked = camera.lastAt;
    this.#load().catch(() => { this.#refused = true; return false; }).then((newer) => {
      if (!newer) this.#newestAsked = null; // the decisions came before their frame: ask again
    });
  }

  /** Shows the frame that is served; says whether it is another than before. */
  async #load() {
    const path = `v1/cameras/${encodeURIComponent(this.cameraId)}/frame`;
    const answer = await fetch(path, { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!answer.ok) throw new Error(answer.statusText);
    const capturedAt = answer.headers.get("X-Captured-At");
    if (capturedAt === this.#drawnAt) return false;
    const address = URL.createObjectURL(await answer.blob());
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    setAttribute(this.image, "href", address);
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = address;
    this.#drawnAt = capturedAt;
    return true;
  }
}

class FrameWell extends ShownWell {
  constructor(plant, open, wellId, outline) {
    super(plant);
    const [left, top, width, height] = around(outline);
    const chosen = () => this.well?.decision && open(this.well.decision);
    this.place = { x: left + width * 0.55, y: top + height * 0.1, width: width * 0.4, height: height * 0.8 };
    this.title = drawing("title");
    this.sign = drawing("g", { "aria-hidden": "true" });
    this.node = drawing("g", { class: "frame-well", "data-well": wellId, tabindex: 0, role: "button", onclick: chosen, onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      chosen();
    } },
    this.title,
    drawing("polygon", { points: corners(outline).map((point) => point.join(",")).join(" ") }),
    drawing("text", { x: left + width * 0.06, y: top + height / 2, "aria-hidden": "true" }, wellId),
    this.sign);
  }

  show(verdict, label) {
    setText(this.title, label);
    const mark = verdictMark(verdict);
    for (const [name, value] of Object.entries(this.place)) {
      setAttribute(mark, name, value);
      mark.style.setProperty(name, `${value}px`); // where a browser lets the style of signs win over attributes
    }
    this.sign.replaceChildren(mark);
  }
}

/** A button that switches every camera between its frame and the grid; the browser remembers the choice. */
export function frameToggle(redraw) {
  return element("button", { type: "button", class: "words frame-toggle", onclick: () => {
    remember("table", wantsFrame() ? "grid" : "frame");
    redraw();
  } });
}

/** Whether the person at this browser wants to see frames. */
export function wantsFrame() {
  return recall("table") !== "grid";
}
