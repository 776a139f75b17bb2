// On a phone a row of a table becomes a block (tables.css); each cell says then what its column is called.

const VIEWS = ["system", "report", "gauge", "what-if", "commission"]; // the history has a list of its own

/** Names the cells of every table of these views whenever rows come. */
export function nameCells(root) {
  const observer = new MutationObserver((changes) => {
    for (const body of new Set(changes.flatMap(bodiesIn))) nameRows(body);
  });
  for (const view of VIEWS) observer.observe(root.getElementById(view), { childList: true, subtree: true });
}

function bodiesIn({ target, addedNodes }) {
  if (target.matches("thead + tbody")) return [target];
  return [...addedNodes].flatMap((node) => (node.querySelectorAll ? [...node.querySelectorAll("thead + tbody")] : []));
}

function nameRows(body) {
  const heads = [...body.previousElementSibling.querySelectorAll("th")].map((head) => head.textContent);
  for (const row of body.rows) {
    [...row.cells].forEach((cell, index) => { if (cell.colSpan === 1) cell.dataset.head = heads[index]; });
  }
}
