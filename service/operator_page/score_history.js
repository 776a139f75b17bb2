// The scores of a well around one decision, over a time that can be chosen.

import { read } from "./api.js";
import { element } from "./dom.js";
import { text } from "./language.js";
import { failure } from "./notice.js";
import { scoreChart } from "./score_chart.js";
import { wellName } from "./wording.js";

const MINUTE_MS = 60_000;
const WINDOWS = [[15, "chart.minutes", 15], [60, "chart.hours", 1], [480, "chart.hours", 8]];

/** A section with the chart; it ends at the decision, or a little after it. */
export function scoreHistory(decision) {
  const place = element("div", { class: "chart-place" });
  const choice = element("select", { onchange: () => draw(decision, Number(choice.value), place) },
    ...WINDOWS.map(([minutes, key, count]) => element("option", { value: minutes }, text(key, { count }))));
  draw(decision, WINDOWS[0][0], place);
  return element("section", {},
    element("header", { class: "chart-head" }, element("h3", {}, text("dialog.scores")),
      element("label", {}, element("span", {}, text("chart.window")), choice)), place);
}

async function draw({ camera_id: camera, well_id: well, received_at: at }, minutes, place) {
  const length = minutes * MINUTE_MS;
  const to = Math.min(Date.now(), Date.parse(at) + length / 5);
  const range = { from: new Date(to - length).toISOString(), to: new Date(to).toISOString() };
  const path = `v1/wells/${encodeURIComponent(camera)}/${encodeURIComponent(well)}/scores`;
  try {
    place.replaceChildren(scoreChart(await read(path, range), wellName(camera, well)));
  } catch (error) {
    place.replaceChildren(element("p", { class: "chart-empty" }, failure(error)));
  }
}
