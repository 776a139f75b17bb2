// A person's word on a decision: one click or key on a verdict records it under the remembered name.

import { decisionPath, read, send } from "./api.js";
import { element } from "./dom.js";
import { clock, text, word } from "./language.js";
import { failure, notice } from "./notice.js";
import { recall, remember } from "./preferences.js";
import { verdictMark } from "./verdict_mark.js";

const CHOICES = [["leak", "KeyL"], ["no_leak", "KeyN"], ["unknown", "KeyU"]];

/** The form with the reviews so far. Its buttons carry `data-key`, the key that presses them. */
export function reviewForm(decision) {
  const name = element("input", { name: "reviewer", value: recall("reviewer") ?? "", maxlength: 64, autocomplete: "name", required: true });
  const comment = element("input", { name: "comment", maxlength: 1000, autocomplete: "off" });
  const past = element("ul", { class: "reviews", "aria-label": text("review.history") });
  const form = { decision, name, comment, past, reviews: [] };
  const buttons = choiceButtons((verdict) => record(form, verdict));
  readPast(form);
  return element("section", { class: "review" },
    element("h3", {}, text("review.title")),
    element("div", { class: "choices" }, ...buttons),
    element("div", { class: "fields" }, labelled("review.name", name), labelled("review.comment", comment)),
    past);
}

/** A button for each verdict; `chosen(verdict)` is called. */
export function choiceButtons(chosen) {
  return CHOICES.map(([verdict, key]) => element("button", {
    type: "button", class: "choice", "data-verdict": verdict, "data-key": key, "aria-keyshortcuts": key.at(-1),
    onclick: () => chosen(verdict),
  }, verdictMark(verdict), element("span", {}, text(`review.${verdict}`)), element("kbd", { "aria-hidden": "true" }, key.at(-1))));
}

async function record(form, verdict) {
  const reviewer = form.name.value.trim();
  if (!reviewer) {
    notice(text("review.name_missing"), "bad");
    form.name.focus();
    return;
  }
  remember("reviewer", reviewer);
  try {
    const review = await send(decisionPath(form.decision.decision_id, "/review"), { verdict, reviewer, comment: form.comment.value.trim() });
    notice(text("review.saved", { verdict: word("verdict", verdict).toLowerCase(), reviewer }), "good");
    form.comment.value = "";
    showPast(form, [review, ...form.reviews]);
  } catch (error) {
    notice(failure(error), "bad");
  }
}

async function readPast(form) {
  const { items } = await read(decisionPath(form.decision.decision_id, "/review"));
  showPast(form, items);
}

function showPast(form, reviews) {
  form.reviews = reviews;
  form.past.replaceChildren(...reviews.map(({ verdict, reviewer, comment, created_at: at }) => {
    const words = text("review.line", { verdict: word("verdict", verdict), reviewer, time: clock(at) });
    const line = comment ? `${words}: ${comment}` : words;
    return element("li", { "data-verdict": verdict }, verdictMark(verdict), element("span", {}, line));
  }));
  if (reviews.length === 0) form.past.append(element("li", {}, text("review.none")));
}

function labelled(key, input) {
  return element("label", {}, element("span", {}, text(key)), input);
}
