// Tables in a place of their own that scrolls, with heads named by keys of texts.

import { element } from "./dom.js";
import { text } from "./language.js";

/** A table in a region of that title; a head that is null stays empty. */
export function table(title, heads, body) {
  const head = element("tr", {}, ...heads.map((key) => element("th", { scope: "col" }, key && text(key))));
  return element("div", { class: "table-place", tabindex: 0, role: "region", "aria-label": text(title) },
    element("table", {}, element("thead", {}, head), body));
}

/** A row of cells without attributes. */
export function row(values) {
  return element("tr", {}, ...values.map((value) => element("td", {}, value)));
}

/** A section with a heading and a table of these rows, which may be none. */
export function tableSection(title, heads, rows) {
  const body = rows.map((values) => row(values.map((value) => value || "–")));
  const none = element("tr", {}, element("td", { colspan: heads.length }, text("report.none")));
  return element("section", {}, element("h2", {}, text(title)), table(title, heads, element("tbody", {}, ...(body.length > 0 ? body : [none]))));
}
