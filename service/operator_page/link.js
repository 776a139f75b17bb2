// The live link: a snapshot, then server-sent events from there on. It notices when the service goes quiet, says so,
// and begins again with a new snapshot; nothing is assumed to have stayed as it was.

import { ServiceError, read } from "./api.js";

const QUIET_MS = 5000; // the service sends a heartbeat every 2 s
const CHECK_MS = 500;
const FIRST_RETRY_MS = 200;
const RETRY_MS = 1500;

/** States: `connecting` (never been live), `live`, `lost`, `refused` (a key is needed first). */
export class Link {
  #source = null;
  #heardAt = 0;
  #retry = null;
  state = "connecting";
  lostAt = null;

  /** `changed()` is called after each change of plant or state, `refused()` when a key is needed, `happened()` when
   * something befell the service itself, `alarmed(alarm)` with each alarm that is told of or stands. */
  constructor(plant, { changed, refused, happened, alarmed }) {
    this.plant = plant;
    this.changed = changed;
    this.refused = refused;
    this.happened = happened;
    this.alarmed = alarmed;
    setInterval(() => this.#check(), CHECK_MS);
  }

  /** Takes a snapshot and follows from there; called again it begins anew. */
  async open() {
    this.#close();
    try {
      this.plant.reset(await read("v1/wells"));
      for (const { alarm } of this.plant.wells()) if (alarm) this.alarmed(alarm);
      this.plant.nameless.forEach(this.alarmed);
      this.changed();
      this.#follow();
    } catch (error) {
      this.#lose();
      if (error instanceof ServiceError && error.status === 401) this.#refuse();
      else this.#openLater(RETRY_MS);
    }
  }

  #follow() {
    const source = new EventSource(`v1/events?after=${this.plant.sequence}`);
    this.#source = source;
    this.#heardAt = performance.now();
    const hear = (name, apply) => source.addEventListener(name, (event) => this.#hear(JSON.parse(event.data), apply));
    hear("heartbeat", (data) => this.plant.heard(data.now));
    hear("decisions", (data) => data.forEach((decision) => this.plant.decided(decision)));
    hear("alarm", (data) => {
      this.plant.alarmed(data);
      this.alarmed(data);
    });
    hear("drift", (data) => this.plant.drifted(data));
    hear("no_data", (data) => this.plant.silence(data));
    hear("service", () => this.happened());
    for (const end of ["dropped", "error"]) source.addEventListener(end, () => this.#beginAgain());
  }

  #hear(data, apply) {
    this.#heardAt = performance.now();
    this.state = "live";
    this.lostAt = null;
    apply(data);
    this.changed();
  }

  #check() {
    if (this.#source && performance.now() - this.#heardAt > QUIET_MS) this.#beginAgain();
  }

  #beginAgain() {
    this.#close();
    this.#openLater(this.state === "live" ? FIRST_RETRY_MS : RETRY_MS);
    this.#lose();
  }

  #refuse() {
    this.state = "refused";
    this.lostAt = null;
    this.changed();
    this.refused();
  }

  #lose() {
    if (this.state === "live") this.state = "lost";
    this.lostAt ??= Date.now();
    this.changed();
  }

  #openLater(delay) {
    this.#retry = setTimeout(() => this.open(), delay);
  }

  #close() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }
}
