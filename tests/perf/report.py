"""The findings as tables, JSON, a plot and a page of documentation."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from matplotlib.figure import Figure

from tests.perf.findings import Finding, Rounds
from tests.perf.rounds import Measurement
from tests.written_block import with_block, written_block

COLUMNS = (
    "contender",
    "requests/s",
    "crops/s",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "CPU s / 1,000 crops",
    "MiB",
    "ready s",
    "client's core",
    "no_leak",
)
NONE = "-"
BENCH, COMPARISON = "make bench", "make bench AGAINST=COMMIT"


def table(rounds: Rounds) -> str:
    """One row a contender: medians over the rounds, requests/s with their spread."""
    names = {name: None for row in rounds for name in row}
    rows = [_row(name, [row[name] for row in rounds if name in row]) for name in names]
    return markdown(COLUMNS, rows)


def verdicts(findings: Sequence[Finding]) -> str:
    """One row a finding, with its aim."""
    words = {True: "met", False: "**missed**", None: ""}
    rows = [(item.what, _spread(item), item.aim, words[item.met]) for item in findings]
    return markdown(("figure", "median (spread)", "aim", ""), rows)


def as_json(setting: dict[str, object], rounds: Rounds, findings: Sequence[Finding]) -> str:
    """Everything that was measured."""
    content = {
        "setting": setting,
        "rounds": [[asdict(item) for item in row.values()] for row in rounds],
        "findings": [asdict(item) for item in findings],
    }
    return json.dumps(content, indent=1) + "\n"


def plot(rounds: Rounds, path: Path) -> None:
    """Bars of crops/s with the spread over the rounds."""
    names = list({name: None for row in rounds for name in row})[::-1]
    values = [[row[name].crops_per_s for row in rounds if name in row] for name in names]
    medians = [statistics.median(row) for row in values]
    below = [median - min(row) for median, row in zip(medians, values, strict=True)]
    above = [max(row) - median for median, row in zip(medians, values, strict=True)]
    figure = Figure(figsize=(8, 0.45 * len(names) + 1), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(names, medians, xerr=[below, above], color="#4878a8", ecolor="#333333", capsize=3)
    axes.set_xlabel("crops a second on one core")
    axes.bar_label(bars, [f" {median:,.0f}" for median in medians], padding=6)
    axes.margins(x=0.15)
    figure.savefig(path, metadata={"Date": None})


def write_page(page: Path, text: str, command: str = BENCH) -> None:
    """Put the text into the block of the page that belongs to a command."""
    content = page.read_text(encoding="utf-8")
    page.write_text(with_block(written_block("bench", command), content, f"{text}\n"), encoding="utf-8")


def setting_text(setting: dict[str, object]) -> str:
    """The circumstances, one line each."""
    return "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in setting.items())


def _row(name: str, items: Sequence[Measurement]) -> tuple[str, ...]:
    rates = [item.requests_per_s for item in items]
    return (
        name,
        f"{statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})",
        _median([item.crops_per_s for item in items], ",.0f"),
        _median([item.p50_ms for item in items], ".2f"),
        _median([item.p99_ms for item in items], ".2f"),
        _median([item.p999_ms for item in items], ".2f"),
        _median([item.cpu_s_per_1000 for item in items], ".3f"),
        _median([item.rss_mib for item in items], ".0f"),
        _median([item.ready_s for item in items], ".2f"),
        _median([item.client_share for item in items], ".0%"),
        _median([item.good_share for item in items], ".0%"),
    )


def _median(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return format(statistics.median(known), form) if known else NONE


def _spread(item: Finding) -> str:
    spread = "" if item.low == item.high else f" ({item.low:.3g} to {item.high:.3g})"
    return f"{item.value:.3g}{item.unit}{spread}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
