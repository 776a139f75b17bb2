// What the page knows of the plant: cameras, wells and alarms. It takes a snapshot, then events; it draws nothing.

const HOLD_MS = 10_000; // a leak or unknown that passed by stays in view that long
const OLD_MS = 10_000; // a decision says nothing of the well after that, or after OLD_INTERVALS
const OLD_INTERVALS = 5;
const FORGOTTEN_MS = 3_600_000;

/** Cameras by id, each with its wells by id, in the order in which people count. */
export class Plant {
  #cameras = new Map();
  #inOrder = null;
  #offset = 0;
  sequence = 0;
  /** The alarms that stand of pictures that name no camera, by id: no well on the board shows them. */
  nameless = new Map();

  /** Replaces everything by what `GET /v1/wells` answered. */
  reset(snapshot) {
    this.#cameras.clear();
    this.#inOrder = null;
    this.heard(snapshot.now);
    this.sequence = snapshot.sequence;
    for (const camera of snapshot.cameras) this.#addCamera(camera);
    this.nameless = new Map(snapshot.nameless.map((alarm) => [alarm.alarm_id, alarm]));
  }

  /** The service's clock, from its last sign of life. */
  heard(serverTime) {
    this.#offset = Date.parse(serverTime) - Date.now();
  }

  /** Now, by the service's clock: ages are right even where this screen's clock is not. */
  now() {
    return Date.now() + this.#offset;
  }

  /** Milliseconds since a moment of the service. */
  age(moment) {
    return this.now() - Date.parse(moment);
  }

  cameras() {
    this.#inOrder ??= inOrder(this.#cameras);
    return this.#inOrder.filter((camera) => camera.expectedIntervalS !== null || this.wellsOf(camera).length > 0);
  }

  wells() {
    return this.cameras().flatMap((camera) => this.wellsOf(camera));
  }

  /** The wells of a camera; one that nobody expects and that has sent nothing for long is forgotten. */
  wellsOf(camera) {
    const known = (well) => camera.expectedIntervalS !== null || this.needsAttention(well) || this.#judgedLately(well);
    camera.inOrder ??= inOrder(camera.wells);
    return camera.inOrder.filter(known);
  }

  /** A new decision; one that was recorded before what is known changes nothing, whatever their clocks said. */
  decided(decision) {
    if (decision.camera_id === null) return;
    const camera = this.#camera(decision.camera_id);
    const well = this.#well(camera, decision.well_id);
    if (well.decision && decision.sequence < well.decision.sequence) return;
    if (well.decision?.verdict !== decision.verdict) well.since = decision.received_at;
    well.decision = decision;
    well.silentSince = null;
    if (decision.verdict !== "no_leak") this.#trouble(well, decision);
    camera.lastAt = decision.received_at;
    camera.silentSince = null;
    camera.castId = decision.cast_id ?? camera.castId;
  }

  /** An alarm was raised, or its state has changed. What raised it stays in view until it is over. */
  alarmed(alarm) {
    if (alarm.camera_id === null) {
      this.#alarmedWithoutCamera(alarm);
      return;
    }
    const well = this.#well(this.#camera(alarm.camera_id), alarm.well_id);
    well.alarm = alarm.state === "normal" ? null : alarm;
    well.worstRatio = Math.max(well.worstRatio, alarm.score_ratio ?? 0);
    if (alarm.state === "normal") return;
    well.trouble ??= { ...alarm, received_at: alarm.raised_at };
    if (!well.troubleSince || Date.parse(alarm.raised_at) < Date.parse(well.troubleSince)) well.troubleSince = alarm.raised_at;
  }

  /** A camera, or one well of it, fell silent (`since`) or speaks again (null). */
  silence({ camera_id: cameraId, well_id: wellId, since }) {
    const camera = this.#camera(cameraId);
    if (wellId === null) camera.silentSince = since;
    else this.#well(camera, wellId).silentSince = since;
  }

  /** The figures of a camera's pictures that have drifted, none when the drift has ended. */
  drifted({ camera_id: cameraId, drifting }) {
    this.#camera(cameraId).drifting = drifting;
  }

  /** What the well shows: the verdict of its latest decision, or `silent` when that is too old to say anything. */
  shownVerdict(well) {
    if (!well.decision || well.silentSince || well.camera.silentSince) return "silent";
    return this.age(well.decision.received_at) > this.silentAfter(well.camera) ? "silent" : well.decision.verdict;
  }

  /** Milliseconds after which what a camera sent says nothing any more. */
  silentAfter(camera) {
    return Math.max(OLD_MS, OLD_INTERVALS * 1000 * (camera.expectedIntervalS ?? 0));
  }

  /** Whether the well asks for a person: an alarm that is not over, a leak or unknown now, or one a moment ago. */
  needsAttention(well) {
    if (well.alarm) return well.alarm.state !== "acknowledged" || this.#judgedLately(well);
    if (!well.trouble || !well.decision) return false;
    const hold = well.decision.verdict === "no_leak" ? HOLD_MS : FORGOTTEN_MS;
    return this.age(well.trouble.received_at) < hold;
  }

  #alarmedWithoutCamera(alarm) {
    if (alarm.state === "normal") this.nameless.delete(alarm.alarm_id);
    else this.nameless.set(alarm.alarm_id, alarm);
  }

  #judgedLately(well) {
    return well.decision !== null && this.age(well.decision.received_at) < FORGOTTEN_MS;
  }

  #trouble(well, decision) {
    const rose = well.trouble?.verdict !== decision.verdict || !this.needsAttention(well);
    if (rose) Object.assign(well, { troubleSince: decision.received_at, worstRatio: 0 });
    well.worstRatio = Math.max(well.worstRatio, decision.score_ratio ?? 0);
    well.trouble = decision;
  }

  #addCamera(given) {
    const camera = this.#camera(given.camera_id);
    camera.expectedIntervalS = given.expected_interval_s;
    camera.lastAt = given.last_received_at;
    camera.silentSince = given.silent_since;
    camera.drifting = given.drifting;
    for (const one of given.wells) {
      const well = this.#well(camera, one.well_id);
      Object.assign(well, { decision: one.decision, since: one.since, silentSince: one.silent_since });
      camera.castId = one.decision?.cast_id ?? camera.castId;
      if (one.decision && one.decision.verdict !== "no_leak") {
        Object.assign(well, { trouble: one.decision, troubleSince: one.since, worstRatio: one.decision.score_ratio ?? 0 });
      }
      if (one.alarm) this.alarmed(one.alarm);
    }
  }

  #camera(cameraId) {
    if (!this.#cameras.has(cameraId)) {
      this.#inOrder = null;
      this.#cameras.set(cameraId, {
        cameraId, wells: new Map(), inOrder: null, castId: null, lastAt: null, silentSince: null, expectedIntervalS: null, drifting: [],
      });
    }
    return this.#cameras.get(cameraId);
  }

  #well(camera, wellId) {
    if (!camera.wells.has(wellId)) {
      camera.inOrder = null;
      camera.wells.set(wellId, {
        camera, wellId, decision: null, since: null, trouble: null, troubleSince: null, worstRatio: 0, alarm: null, silentSince: null,
      });
    }
    return camera.wells.get(wellId);
  }
}

const order = new Intl.Collator("en", { numeric: true });

function inOrder(map) {
  return [...map.entries()].sort(([one], [other]) => order.compare(one, other)).map(([, value]) => value);
}
