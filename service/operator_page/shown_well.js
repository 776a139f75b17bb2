// What a cell of the grid and a well on a frame have in common: the verdict, its words, and the outlines of alarms.

import { isOpen, isShelved } from "./attention.js";
import { setAttribute } from "./dom.js";
import { text } from "./language.js";
import { wellName } from "./wording.js";

/** Keeps `node` as its well is; whoever extends it shows a verdict in `show(verdict, label)`, called when it is another. */
export class ShownWell {
  #verdict = null;

  constructor(plant) {
    this.plant = plant;
  }

  draw(well) {
    this.well = well;
    const verdict = this.plant.shownVerdict(well);
    if (verdict !== this.#verdict) {
      const label = `${wellName(well.camera.cameraId, well.wellId)}: ${text(`verdict.${verdict}`)}`;
      setAttribute(this.node, "data-verdict", verdict);
      setAttribute(this.node, "aria-label", label);
      this.show(verdict, label);
      this.#verdict = verdict;
    }
    setAttribute(this.node, "data-open", isOpen(well));
    setAttribute(this.node, "data-shelved", isShelved(this.plant, well));
  }
}
