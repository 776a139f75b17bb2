// Which wells ask for a person, in which order and in which group, and which of them belong on one card. Draws nothing.

const GROUP_FROM = 4; // that many unknown wells of one camera for one reason share a card: the camera is at fault
const STEPS = [1.5, 2, 3, 5, 10]; // multiples of the threshold between which leaks are equally severe: the order must rest

/**
 * The groups, in the order in which people should see them, each with its cards:
 * `leak` (goes on), `unknown` (goes on), `returned` (over, but nobody has acknowledged it), `shelved`.
 */
export function attentionOf(plant) {
  const found = { leak: [], unknown: [], returned: [], shelved: [] };
  for (const well of plant.wells()) {
    const group = groupOf(plant, well);
    if (group) found[group].push(well);
  }
  return Object.entries(found).map(([group, wells]) => ({ group, wells, cards: cardsOf(group, wells) }));
}

/** How many wells show each verdict now. */
export function tally(plant) {
  const counts = { leak: 0, unknown: 0, no_leak: 0, silent: 0 };
  for (const well of plant.wells()) counts[plant.shownVerdict(well)] += 1;
  return counts;
}

/** Whether the well's alarm waits for a person. */
export function isOpen(well) {
  return well.alarm?.state === "unacknowledged" || well.alarm?.state === "returned";
}

/** Whether the well's alarm goes on. A shelf whose time is over hides nothing, whoever still has to say so. */
export function isShelved(plant, well) {
  return well.alarm?.state === "shelved" && plant.age(well.alarm.shelved_until) < 0;
}

function groupOf(plant, well) {
  if (!plant.needsAttention(well)) return null;
  if (isShelved(plant, well)) return "shelved";
  if (well.alarm?.active) return worst(well) === "leak" ? "leak" : "unknown";
  const last = well.decision?.verdict; // nothing newer has said otherwise, however old it is
  return last === "leak" || last === "unknown" ? last : "returned";
}

function worst(well) {
  return well.alarm.verdict === "leak" || well.decision?.verdict === "leak" ? "leak" : "unknown";
}

function cardsOf(group, wells) {
  const cards = group === "unknown" ? grouped(wells) : wells.map(single);
  return cards.sort(group === "returned" ? leaksFirst : group === "shelved" ? newestFirst : byUrgency);
}

function single(well) {
  return {
    key: `${well.camera.cameraId}/${well.wellId}`,
    wells: [well],
    since: Date.parse(well.troubleSince),
    open: isOpen(well),
    leak: well.alarm?.verdict === "leak",
    severity: STEPS.filter((step) => well.worstRatio >= step).length,
  };
}

function grouped(wells) {
  const groups = Map.groupBy(wells, (well) => `${well.camera.cameraId}/*${well.trouble.reason}`);
  return [...groups].flatMap(([key, members]) => (members.length < GROUP_FROM ? members.map(single) : [group(key, members)]));
}

function group(key, wells) {
  const since = Math.min(...wells.map((well) => Date.parse(well.troubleSince)));
  return { key, wells, since, open: wells.some(isOpen), severity: 0 };
}

function byUrgency(one, other) {
  return Number(other.open) - Number(one.open) || other.severity - one.severity || newestFirst(one, other);
}

function leaksFirst(one, other) {
  return Number(other.leak) - Number(one.leak) || newestFirst(one, other);
}

function newestFirst(one, other) {
  return other.since - one.since || one.key.localeCompare(other.key);
}
