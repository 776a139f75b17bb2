// How the wells of a camera are laid out: halves share a tile, rows are as even as they can be.

const HALF = /^(.*\d)([ab])$/;
const USUAL_COLUMNS = 10;
const FEWEST_COLUMNS = 6;
const MOST_COLUMNS = 14;

/** Tiles with the ids in them, in the order of the ids. */
export function tilesOf(wellIds) {
  const tiles = Map.groupBy(wellIds, (wellId) => HALF.exec(wellId)?.[1] ?? wellId ?? "");
  return [...tiles.values()].map((wellIds) => ({ wellIds }));
}

/** Columns for that many tiles: the fewest empty places in the last row, then the closest to ten. */
export function columnsFor(tiles) {
  if (tiles <= FEWEST_COLUMNS) return Math.max(1, tiles);
  const choices = Array.from({ length: MOST_COLUMNS - FEWEST_COLUMNS + 1 }, (_, index) => FEWEST_COLUMNS + index);
  const empty = (columns) => Math.ceil(tiles / columns) * columns - tiles;
  const distance = (columns) => Math.abs(columns - USUAL_COLUMNS);
  return choices.sort((one, other) => empty(one) - empty(other) || distance(one) - distance(other))[0];
}
