// Sentences about decisions, the same on cards, in the dialog and in the history.

import { number, text, word } from "./language.js";

/** Why the service thinks so, as a sentence. */
export function why(decision) {
  const ratio = number(decision.score_ratio, 2);
  if (decision.verdict === "leak") return text("why.leak", { ratio });
  if (decision.verdict === "no_leak") return text("why.no_leak", { ratio });
  return word("reason", decision.reason);
}

/** The name of a well, as people say it; pictures may name none, and not even a camera. */
export function wellName(cameraId, wellId) {
  if (wellId !== null) return text("well", { well: wellId });
  return text(cameraId === null ? "well.unnamed" : "well.none");
}

/** A well with its camera, short. */
export function wellPlace({ camera, wellId }) {
  return [camera.cameraId, wellId].filter((part) => part !== null).join(" · ");
}

/** The first few of many wells by name. */
export function wellList(wellIds, most = 6) {
  const shown = wellIds.slice(0, most).join(", ");
  const rest = wellIds.length - most;
  return rest > 0 ? text("wells_more", { wells: shown, count: rest }) : shown;
}
