// Trying a picture: dropped anywhere on the page, or chosen, it is judged, and no alarm follows.

import { sendPicture } from "./api.js";
import { element, part } from "./dom.js";
import { text, word } from "./language.js";
import { scoreBar } from "./score_bar.js";
import { verdictMark } from "./verdict_mark.js";
import { why } from "./wording.js";

/** Makes the whole page a place to drop a picture; `open(decision)` shows the decision closer. */
export function offerTrial(open) {
  part("try").addEventListener("click", () => part("trial").showModal());
  part("trial-file").addEventListener("change", ({ target }) => {
    judge(target.files[0], open);
    target.value = "";
  });
  const counts = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!counts(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    if (!counts(event)) return;
    event.preventDefault();
    document.body.classList.remove("dropping");
    judge(event.dataTransfer.files[0], open);
  });
}

async function judge(file, open) {
  if (!file) return;
  const result = part("trial-result");
  if (!part("trial").open) part("trial").showModal();
  result.replaceChildren(element("p", {}, text("trial.working")));
  try {
    const decision = await sendPicture("v1/trial", file);
    result.replaceChildren(...answer(decision, preview(file), open));
  } catch (error) {
    result.replaceChildren(element("p", { class: "bad", role: "alert" }, text("trial.failed", { detail: error.message })));
  }
}

function answer(decision, image, open) {
  const bar = scoreBar();
  bar.set(decision);
  return [
    image,
    element("p", { class: "trial-verdict", "data-verdict": decision.verdict }, verdictMark(decision.verdict), word("verdict", decision.verdict)),
    element("p", {}, why(decision)), bar.node,
    element("button", { type: "button", onclick: () => { part("trial").close(); open(decision); } }, text("card.open")),
  ];
}

function preview(file) {
  const address = URL.createObjectURL(file);
  return element("img", { src: address, alt: text("heatmap.picture"), onload: () => URL.revokeObjectURL(address) });
}
