// What stands in the what-if view before any answer: fields, slider, heads of tables.

import { element } from "./dom.js";
import { text } from "./language.js";
import { table } from "./table.js";

const CAMERAS = ["what_if.camera", "what_if.threshold", "what_if.decisions", "what_if.flipped", "what_if.alarms", "what_if.scores"];
const ACTIVATIONS = ["what_if.at", "system.artifact", "what_if.threshold", "what_if.by", "what_if.reason", null];

/** The parts of the view, which others fill by their ids; `steps` of the slider lie on each side of its middle. */
export function frame(steps) {
  return [
    element("header", { class: "view-head" }, element("h1", {}, text("what_if.title"))),
    element("div", { class: "what-if-tried" },
      field("what_if.range", element("select", { id: "what-if-range" })),
      field("what_if.camera", element("select", { id: "what-if-camera" })),
      field("what_if.threshold", element("input", { id: "what-if-threshold", type: "number", step: "any", min: "1e-12", required: true })),
      element("button", { id: "what-if-served", type: "button" }, text("what_if.served")),
      field("what_if.slider", element("input", { id: "what-if-slider", type: "range", min: -steps, max: steps, step: 1 }), "slider")),
    element("p", { id: "what-if-state", class: "hint", role: "status" }),
    element("dl", { id: "what-if-figures", class: "report-figures" }),
    ...titled("what_if.cameras", CAMERAS, "what-if-cameras"),
    element("form", { id: "what-if-form", class: "what-if-form" },
      field("what_if.reason", element("input", { id: "what-if-reason", required: true, maxlength: 64, autocomplete: "off", pattern: ".*\\S.*" })),
      element("button", { id: "what-if-apply", type: "submit", class: "primary", disabled: true }, text("what_if.apply"))),
    element("p", { id: "what-if-hint", class: "hint" }),
    element("header", { class: "view-head" }, element("h2", {}, text("what_if.pictures")), field("what_if.kind", element("select", { id: "what-if-kind" }))),
    element("p", { id: "what-if-flips-state", class: "hint", role: "status" }),
    element("div", { id: "what-if-flips", class: "report-pictures" }),
    element("button", { id: "what-if-more", type: "button", hidden: true }, text("what_if.more")),
    ...rescoring(),
    ...titled("what_if.activations", ACTIVATIONS, "what-if-activations"),
  ];
}

function rescoring() {
  const button = (id, key, given = {}) => element("button", { id, type: "button", ...given }, text(key));
  return [
    element("h2", {}, text("rescoring.title")),
    element("p", { class: "hint" }, text("rescoring.hint")),
    element("form", { id: "rescoring-form", class: "what-if-form" },
      field("system.artifact", element("input", { id: "rescoring-artifact", list: "rescoring-artifacts", required: true, maxlength: 73, autocomplete: "off", pattern: "\\s*[a-z0-9_]+-[0-9a-f]{8}\\s*" })),
      element("datalist", { id: "rescoring-artifacts" }),
      button("rescoring-start", "rescoring.start", { type: "submit", class: "primary" }),
      button("rescoring-cancel", "rescoring.cancel", { hidden: true }), button("rescoring-resume", "rescoring.resume", { hidden: true })),
    element("p", { id: "rescoring-state", class: "hint", role: "status" }),
    element("progress", { id: "rescoring-progress", max: 1, value: 0, "aria-label": text("rescoring.title"), hidden: true }),
    element("dl", { id: "rescoring-figures", class: "report-figures" }),
    element("div", { id: "rescoring-flips", class: "report-pictures" }),
    button("rescoring-more", "what_if.more", { hidden: true }),
  ];
}

function field(key, input, name = null) {
  return element("label", { class: name }, element("span", {}, text(key)), input);
}

function titled(title, heads, id) {
  return [element("h2", {}, text(title)), table(title, heads, element("tbody", { id }))];
}
