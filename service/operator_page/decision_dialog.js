// One decision, closer: what it shows, why the service thinks so, how the well has fared, and what a person says of it.

import { decisionPath, read } from "./api.js";
import { element, part } from "./dom.js";
import { clock, text, word } from "./language.js";
import { pictureFigure, showPictures } from "./picture.js";
import { figuresTable, recordList } from "./record.js";
import { reviewForm } from "./review.js";
import { scoreBar } from "./score_bar.js";
import { scoreHistory } from "./score_history.js";
import { notice } from "./notice.js";
import { verdictMark } from "./verdict_mark.js";
import { wellName, why } from "./wording.js";

/** Opens the dialog on a decision; `manifest` (or null) tells which figures are allowed. */
export async function openDecision(decisionId, manifest) {
  const dialog = part("decision");
  let decision;
  try {
    decision = await read(decisionPath(decisionId));
  } catch (error) {
    notice(error.status === 404 ? text("dialog.missing") : text("failed", { detail: error.message }), "bad");
    return;
  }
  dialog.dataset.verdict = decision.verdict;
  part("decision-content").replaceChildren(head(decision, dialog), body(decision, manifest));
  if (!dialog.open) dialog.showModal();
}

function head(decision, dialog) {
  const place = [decision.camera_id, wellName(decision.camera_id, decision.well_id), clock(decision.received_at)].filter(Boolean).join(" · ");
  return element("header", {},
    verdictMark(decision.verdict),
    element("div", {}, element("h2", { id: "decision-title" }, word("verdict", decision.verdict)), element("p", {}, place)),
    element("button", { type: "button", class: "close", "aria-label": text("dialog.close"), onclick: () => dialog.close() }, "✕"));
}

function body(decision, manifest) {
  const figure = pictureFigure();
  showPictures(figure, decision);
  const bar = scoreBar();
  bar.set(decision);
  return element("div", { class: "decision-body" },
    element("div", { class: "decision-look" },
      figure, decision.score === null ? null : element("p", { class: "hint" }, text("heatmap.scale"))),
    element("div", { class: "decision-say" },
      section("dialog.why", element("p", { class: "why" }, why(decision)), bar.node),
      reviewForm(decision)),
    element("div", { class: "decision-past" },
      decision.well_id === null ? null : scoreHistory(decision),
      decision.picture ? section("dialog.figures", figuresTable(decision, manifest)) : null,
      element("details", {}, element("summary", {}, text("dialog.details")), recordList(decision))));
}

function section(title, ...children) {
  return element("section", {}, element("h3", {}, text(title)), ...children);
}
