"""Writes the README's table of figures from what was measured: ``python -m tests.readme_figures`` (``make figures``).

Accuracy comes from the active artefact's manifest, speed from the last full run of the bench.
"""

import json
import re
from pathlib import Path
from typing import Any

from service.contract.artifact import Artifact, open_artifact, read_active
from service.contract.manifest import Rate

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BENCH = ROOT / "docs" / "performance.json"
HELD_OUT = "report"
BLOCK = re.compile(r"(<!-- figures: written by `make figures` -->\n).*?(<!-- end -->)", re.DOTALL)
FINDINGS = {
    "p99 at 280 crops/s sent singly": "99 % of the crops of a camera (280 a second, one by one) are answered within",
    "p99 of a frame, 3.5 batches of 80 a second": "99 % of its frames (80 crops as a batch) are answered within",
    "start to ready": "start to ready",
}


def table(artifact: Artifact, bench: dict[str, Any] | None) -> str:
    """The table, and the sentence that names artefact and machine."""
    metrics = artifact.manifest.metrics.get(HELD_OUT)
    rates = [] if metrics is None else [("leaks found", metrics.tpr), ("good wells passed", metrics.tnr)]
    rows = [(f"{what} in the held-out part of the data", _share(rate)) for what, rate in rates if rate is not None]
    origin = f"Artefact `{artifact.id}`."
    if bench is not None:
        setting = bench["setting"]
        rows += [(FINDINGS[one["what"]], _value(one)) for one in bench["findings"] if one["what"] in FINDINGS]
        origin += f" Speed on one core of {setting['processor']}, Python {setting['python']}, {setting['date']}."
    lines = [f"| {what} | {measured} |" for what, measured in (("figure", "measured"), ("---", "---"), *rows)]
    return "\n".join([*lines, "", origin]) + "\n"


def figures() -> str:
    """The table of the active artefact and the last run of the bench, if there is one."""
    artifacts = ROOT / "model_artifacts"
    bench = json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.exists() else None
    return table(open_artifact(artifacts / read_active(artifacts)), bench)


def with_figures(text: str, shown: str) -> str:
    """The README with these figures in the block that belongs to them."""
    return BLOCK.sub(lambda match: match[1] + shown + match[2], text)


def _share(rate: Rate) -> str:
    return f"{rate.hits} of {rate.total} (95 % interval: {rate.low * 100:.1f} to {rate.high * 100:.1f} %)"


def _value(finding: dict[str, Any]) -> str:
    return f"{finding['value']:.3g}{finding['unit']}"


if __name__ == "__main__":
    README.write_text(with_figures(README.read_text(encoding="utf-8"), figures()), encoding="utf-8")
