// The wall: which camera is shown large. One that leaks is; several that leak take turns; without a leak all are equal.

import { part, setAttribute } from "./dom.js";

const TURN_MS = 8000;
const COLUMNS = [0, 1, 2, 3, 2, 3, 3]; // by the number of cameras, on a screen that is wider than high
const EDGE = 1.25; // a cell is a little wider than high

/** Says on the page which camera is large; of several that need somebody, the one whose turn it is. */
export function layOutWall(attention, now = performance.now()) {
  const place = part("cameras");
  const onWall = document.body.classList.contains("on-wall");
  const large = onWall ? cameraInTurn(attention, now) : null;
  const nodes = [...place.children];
  const zoomed = large !== null && nodes.length > 1;
  setAttribute(place, "data-zoomed", zoomed);
  setAttribute(place, "data-many", nodes.length > 2);
  place.style.setProperty("--beside", Math.max(1, nodes.length - 1));
  place.style.setProperty("--wall-columns", COLUMNS[nodes.length] ?? Math.ceil(Math.sqrt(nodes.length)));
  for (const node of nodes) setAttribute(node, "data-large", zoomed && node.dataset.camera === large);
}

/** Columns for that many tiles in a place of that size: cells near a good shape, few empty places. */
export function columnsThatFit(tiles, width, height) {
  const choices = Array.from({ length: tiles }, (_, index) => index + 1);
  const cost = (columns) => {
    const rows = Math.ceil(tiles / columns);
    const shape = Math.abs(Math.log(width / columns / (height / rows) / EDGE));
    return shape + (columns * rows - tiles) / tiles;
  };
  return choices.reduce((best, columns) => (cost(columns) < cost(best) ? columns : best), 1);
}

function cameraInTurn(attention, now) {
  const groups = Object.fromEntries(attention.map(({ group, cards }) => [group, cards]));
  const urgent = groups.leak.length > 0 ? groups.leak : groups.unknown;
  const cameras = [...new Set(urgent.map((card) => card.wells[0].camera.cameraId))];
  return cameras.length > 0 ? cameras[Math.floor(now / TURN_MS) % cameras.length] : null;
}
