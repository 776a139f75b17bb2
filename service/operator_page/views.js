// Which view is shown: the address says it (`#/board`, `#/history?verdict=leak`, `#/report?cast_id=…`, `#/system`, …),
// `#/wall` is the board alone.

import { part, setAttribute } from "./dom.js";

const VIEWS = ["board", "history", "system", "report", "layout", "gauge", "what-if", "commission"];
const ENGINEERING = ["system", "commission", "layout", "what-if", "gauge"]; // under System, side by side
const TABS = { report: "history", ...Object.fromEntries(ENGINEERING.map((view) => [view, "system"])) };

/** Shows the view of the address now and whenever it changes; `entered[view](query)` is called on arrival. */
export function listenToAddress(entered) {
  const arrive = () => {
    const [name, query = ""] = location.hash.slice(2).split("?");
    const called = name === "cast" ? "report" : name;
    const view = VIEWS.includes(called) ? called : "board";
    show(view, name === "wall");
    entered[view]?.(new URLSearchParams(query));
  };
  addEventListener("hashchange", arrive);
  arrive();
}

/** Goes to a view. */
export function goTo(view) {
  location.hash = `#/${view}`;
}

/** Between the board at a desk and the board on a wall. */
export function toggleWall() {
  goTo(location.hash === "#/wall" ? "board" : "wall");
}

function show(view, onWall) {
  document.body.classList.toggle("on-wall", onWall);
  for (const name of VIEWS) part(name).hidden = name !== view;
  for (const name of ["board", "history", "system"]) {
    const here = name === view ? "page" : name === TABS[view];
    setAttribute(part(`go-${name}`), "aria-current", here === true ? "true" : here);
  }
  part("engineering").hidden = !ENGINEERING.includes(view);
  for (const name of ENGINEERING) setAttribute(part(`to-${name}`), "aria-current", name === view ? "page" : null);
}
