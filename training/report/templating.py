"""The templates of pages and cards, and how they write figures."""

import json
from collections.abc import Collection

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from service.contract.manifest import Rate

KILO = 1000
ABSENT = "\u2013"


def environment(optimistic: Collection[str]) -> Environment:
    """Open ``training/report/templates``; in HTML, what looks like markup in the content is turned into plain text.

    ``optimistic`` names the threshold strategies whose escape bound pages must call so.
    """
    opened = Environment(
        loader=PackageLoader("training.report"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    opened.filters |= {"percent": percent, "interval": interval, "figure": figure, "size": size, "cell": cell}
    opened.filters["json"] = json.dumps
    opened.globals["fitted_to_both"] = optimistic
    return opened


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; a dash where there is none."""
    return ABSENT if share is None else f"{100 * share:.1f} %"


def interval(rate: Rate | None) -> str:
    """The 95 % interval of a rate, in percent."""
    return "" if rate is None else f"{100 * rate.low:.1f} to {100 * rate.high:.1f}"


def figure(value: float) -> str:
    """A number with four significant digits."""
    return f"{value:.4g}"


def size(count: int) -> str:
    """Bytes as kB; a dash for nothing."""
    return f"{count / KILO:.0f} kB" if count else ABSENT


def cell(text: object) -> str:
    """Text for a cell of a Markdown table, where it can be neither markup nor the end of the cell."""
    return " ".join(str(text).split()).rstrip(".").replace("|", r"\|").replace("<", "&lt;").replace("`", "'")
