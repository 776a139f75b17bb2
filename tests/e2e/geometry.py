"""Whether anything on a page is cut off, out of sight or on top of something else, by its boxes."""

from playwright.sync_api import Page

SHOWN = """
const shown = (node) => {
  const { width, height } = node.getBoundingClientRect();
  return width > 0 && height > 0 && node.checkVisibility() && !node.closest('.drop-hint, .notices, dialog:not([open])');
};
const named = (node) => `${node.tagName} ${node.id || node.className}: ${node.textContent.trim().slice(0, 40)}`;
"""
FAULTS = (
    "() => {"
    + SHOWN
    + """
  const scrolls = (node) => node.closest('.table-place, .attention, .timeline-place');
  const style = (node) => getComputedStyle(node);
  const clips = (node) => style(node).overflowX !== 'visible' && style(node).display !== 'inline';
  const cut = (node) => node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1 && clips(node);
  const out = ({ left, right }) => right > innerWidth + 1 || left < -1;
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const floats = (node) => style(node).position === 'fixed';
  const apart = (one, other) => one.contains(other) || floats(one) || floats(other) || scrolls(one) !== scrolls(other);
  const texts = 'button, a, h1, h2, h3, p, span, th, td, label, input, select';
  const all = [...document.querySelectorAll(texts)].filter(shown);
  const faults = all.filter(cut).map((node) => `cut off: ${named(node)}`);
  const far = all.filter((node) => !scrolls(node) && out(node.getBoundingClientRect()));
  faults.push(...far.map((node) => `outside: ${named(node)}`));
  const solid = all.filter((node) => node.matches('button, a, h1, h2, h3, input, select'));
  const boxes = solid.map((node) => node.getBoundingClientRect());
  solid.forEach((one, i) => solid.slice(i + 1, i + 120).forEach((other, j) => {
    const on = meet(boxes[i], boxes[i + 1 + j]) && !apart(one, other);
    if (on) faults.push(`on ${named(one)}: ${named(other)}`);
  }));
  return faults.slice(0, 10);
}"""
)
SMALL = (
    "least => {"
    + SHOWN
    + """
  const targets = [...document.querySelectorAll('button, nav a, select, input:not([type=file])')].filter(shown);
  const small = ({ width, height }) => width < least || height < least;
  return targets.filter((node) => small(node.getBoundingClientRect())).map(named).slice(0, 10);
}"""
)


def faults(page: Page) -> list[str]:
    """Name what is cut off, outside of the screen's width, or lies on something else."""
    found: list[str] = page.evaluate(FAULTS)
    return found


def small_targets(page: Page, least: float = 43.5) -> list[str]:
    """Name whatever can be pressed and is smaller than that many pixels in either direction."""
    found: list[str] = page.evaluate(SMALL, least)
    return found
