// Which wells ask for a person, in which order, and which of them belong on one card. Draws nothing.

const GROUP_FROM = 4; // that many wells of one camera with the same trouble share a card: the camera is at fault
const MOST_LEAKS = 12;

/**
 * The cards, most urgent first: leaks before unknowns, open alarms before acknowledged ones, the longest standing first
 * (a card never moves because another one came). `hidden` counts leaks beyond the last card.
 */
export function cardsOf(plant) {
  const wells = plant.wells().filter((well) => plant.needsAttention(well));
  const leaks = wells.filter((well) => well.trouble.verdict === "leak").map((well) => single(well));
  const unknowns = grouped(wells.filter((well) => well.trouble.verdict !== "leak"));
  leaks.sort(byUrgency);
  unknowns.sort(byUrgency);
  return { cards: [...leaks.slice(0, MOST_LEAKS), ...unknowns], hidden: Math.max(0, leaks.length - MOST_LEAKS) };
}

/** How many wells show each verdict now. */
export function tally(plant) {
  const counts = { leak: 0, unknown: 0, no_leak: 0, silent: 0 };
  for (const well of plant.wells()) counts[plant.shownVerdict(well)] += 1;
  return counts;
}

/** Whether the well's alarm waits for a person. */
export function isOpen(well) {
  return Boolean(well.alarm && !well.alarm.acknowledged_at);
}

function single(well) {
  return { key: `${well.camera.cameraId}/${well.wellId}`, wells: [well], since: Date.parse(well.troubleSince), open: isOpen(well) };
}

function grouped(wells) {
  const groups = Map.groupBy(wells, (well) => `${well.camera.cameraId}/*${well.trouble.reason}`);
  return [...groups].flatMap(([key, members]) => (members.length < GROUP_FROM ? members.map(single) : [group(key, members)]));
}

function group(key, wells) {
  const since = Math.min(...wells.map((well) => Date.parse(well.troubleSince)));
  return { key, wells, since, open: wells.some(isOpen) };
}

function byUrgency(one, other) {
  return Number(other.open) - Number(one.open) || one.since - other.since || one.key.localeCompare(other.key);
}
