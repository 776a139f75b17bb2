// How the wells of a camera are laid out: halves share a tile, rows are as even as they can be.

const HALF = /^(.*\d)([ab])$/;
const USUAL_COLUMNS = 10;
const FEWEST_COLUMNS = 6;
const MOST_COLUMNS = 14;
const LEAST_WIDTH = 44; // of a tile, in pixels: what a finger hits

/** Tiles with the ids in them, in the order of the ids. */
export function tilesOf(wellIds) {
  const tiles = Map.groupBy(wellIds, (wellId) => HALF.exec(wellId)?.[1] ?? wellId ?? "");
  return [...tiles.values()].map((wellIds) => ({ wellIds }));
}

/** Columns for that many tiles: as many as that width has room for, the fewest empty places in the last row, then the closest to ten. */
export function columnsFor(tiles, width) {
  if (tiles <= FEWEST_COLUMNS) return Math.max(1, tiles);
  const most = Math.max(FEWEST_COLUMNS, Math.min(MOST_COLUMNS, Math.floor(width / LEAST_WIDTH)));
  const choices = Array.from({ length: most - FEWEST_COLUMNS + 1 }, (_, index) => FEWEST_COLUMNS + index);
  const empty = (columns) => Math.ceil(tiles / columns) * columns - tiles;
  const distance = (columns) => Math.abs(columns - USUAL_COLUMNS);
  return choices.sort((one, other) => empty(one) - empty(other) || distance(one) - distance(other))[0];
}
