"""From a matplotlib figure to an SVG inside the page, which takes its colours from the page's style."""

import io
import re
from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib
from markupsafe import Markup, escape
from matplotlib.figure import Figure

STYLE = Path(__file__).parent / "templates" / "plots.mplstyle"
INK, AXIS, GRID, GOOD, LEAK, CUT = (f"#01010{number}" for number in range(1, 7))
VARIABLES = {INK: "ink", AXIS: "muted", GRID: "line", GOOD: "good", LEAK: "leak", CUT: "cut"}


def house_style() -> AbstractContextManager[None]:
    """Under this, matplotlib draws as all our plots look, whatever the user's own settings are."""
    return matplotlib.rc_context(fname=STYLE)


def inline_svg(figure: Figure, key: str, alt: str) -> Markup:
    """Turn a figure into an ``svg`` element; the colours of this module become variables of the page's style.

    Args:
        figure: drawn under :func:`house_style`, and still under it.
        key: unique in the page; prefixes every id.
        alt: what a reader who does not see the plot should know.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{key}-", text)
    text = re.sub(r'\bd="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    return Markup(text.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1))  # noqa: S704  # all of it is ours
