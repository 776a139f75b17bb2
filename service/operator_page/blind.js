// Judging blind: the pictures of a study one by one, without the verdict and without what others said.

import { decisionPath, read, send } from "./api.js";
import { element, part } from "./dom.js";
import { text } from "./language.js";
import { failure, notice } from "./notice.js";
import { recall, remember } from "./preferences.js";
import { choiceButtons } from "./review.js";

/** Opens the dialog for the pictures of a study. */
export async function blindRound(query) {
  try {
    const { items } = await read("v1/gauge-study/pictures", query);
    if (items.length === 0) {
      notice(query.reference ? text("gauge.no_reference", { name: query.reference }) : text("gauge.empty"), "bad");
      return;
    }
    begin({ items, reference: query.reference, place: 0, judged: 0, gone: 0 });
    part("blind").showModal();
  } catch (error) {
    notice(failure(error), "bad");
  }
}

function begin(round) {
  const name = element("input", { value: recall("reviewer") ?? "", maxlength: 64, autocomplete: "name", required: true });
  const start = (event) => {
    event.preventDefault();
    round.reviewer = name.value.trim();
    if (!round.reviewer || round.reviewer === round.reference) {
      notice(text(round.reviewer ? "gauge.is_reference" : "review.name_missing"), "bad");
      return;
    }
    remember("reviewer", round.reviewer);
    next(round);
  };
  part("blind-content").replaceChildren(element("form", { onsubmit: start },
    element("p", { class: "hint" }, text("gauge.begin")),
    element("label", {}, element("span", {}, text("review.name")), name),
    element("button", { type: "submit", class: "primary" }, text("gauge.start"))));
}

/** Shows the next picture that is still kept, or the end. */
async function next(round) {
  const decision = round.items[round.place];
  if (decision === undefined) return end(round);
  const image = element("img", { src: decisionPath(decision, "/picture"), alt: text("heatmap.picture") });
  try {
    await image.decode();
  } catch {
    Object.assign(round, { place: round.place + 1, gone: round.gone + 1 });
    return next(round);
  }
  part("blind-content").replaceChildren(
    element("p", { role: "status" }, text("gauge.progress", { place: round.place + 1, count: round.items.length })),
    element("figure", { class: "pictures", "data-kind": "picture" }, image),
    element("h3", {}, text("review.title")),
    element("div", { class: "choices" }, ...choiceButtons((verdict) => answer(round, decision, verdict))));
}

async function answer(round, decision, verdict) {
  if (round.sending) return;
  round.sending = true;
  try {
    await send(decisionPath(decision, "/review"), { verdict, reviewer: round.reviewer, comment: "" });
    Object.assign(round, { place: round.place + 1, judged: round.judged + 1 });
    await next(round);
  } catch (error) {
    notice(failure(error), "bad");
  } finally {
    round.sending = false;
  }
}

function end({ judged, gone }) {
  part("blind-content").replaceChildren(
    element("p", { role: "status" }, text("gauge.done", { count: judged })),
    ...(gone > 0 ? [element("p", { class: "hint" }, text("gauge.gone", { count: gone }))] : []));
}
