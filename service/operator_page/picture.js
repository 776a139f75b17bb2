// The pictures of a decision: the heatmap where the model has looked, else the picture as sent, else a word of regret.

import { decisionPath } from "./api.js";
import { element } from "./dom.js";
import { text } from "./language.js";
import { wellName } from "./wording.js";

const SECOND_LOOK_MS = 700; // the picture of a fresh decision may still be on its way to the disk
const CAPTIONS = {
  "/heatmap.png": ["heatmap.picture", "heatmap.reconstruction", "heatmap.error"],
  "/picture": ["heatmap.picture"],
};

/** An empty figure for `showPictures`. */
export function pictureFigure() {
  return element("figure", { class: "pictures" });
}

/** Shows a decision in the figure; what it showed before stays until the new picture has arrived. */
export async function showPictures(figure, decision) {
  figure.dataset.decision = decision.decision_id;
  const sources = decision.score_ratio === null ? ["/picture"] : ["/heatmap.png", "/picture"];
  for (const source of [...sources, null, ...sources]) {
    const image = source === null ? await pause() : await load(decision, source);
    if (figure.dataset.decision !== decision.decision_id) return;
    if (image) {
      fill(figure, source, image);
      return;
    }
  }
  if (figure.querySelector("img")) return;
  figure.dataset.kind = "none";
  figure.replaceChildren(element("figcaption", {}, text("picture.not_kept")));
}

async function load(decision, source) {
  const alt = text(source === "/picture" ? "picture.alt" : "heatmap.alt", { well: wellName(decision.camera_id, decision.well_id) });
  const image = element("img", { src: decisionPath(decision.decision_id, source), alt });
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}

function fill(figure, source, image) {
  figure.dataset.kind = source === "/picture" ? "picture" : "heatmap";
  const captions = CAPTIONS[source].map((key) => element("span", {}, text(key)));
  figure.replaceChildren(image, element("figcaption", {}, ...captions));
}

async function pause() {
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  return null;
}
