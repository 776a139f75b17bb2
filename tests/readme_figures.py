"""Writes the README's table of figures from what was measured: ``python -m tests.readme_figures`` (``make figures``).

Accuracy comes from the active artefact's manifest, speed from the last full run of the bench.
"""

import json
from pathlib import Path
from typing import Any

from service.contract.artifact import Artifact, open_artifact, read_active
from service.contract.manifest import Metrics, Rate, SceneRate
from tests.written_block import with_block, written_block

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BENCH = ROOT / "docs" / "performance.json"
HELD_OUT = {"site_report": "of another day", "report": "in the held-out part of the data"}
UNSEEN = "unseen scenes passed"
BLOCK = written_block("figures", "make figures")
FINDINGS = {
    "p99 at 280 crops/s sent singly": "99 % of the crops of a camera (280 a second, one by one) are answered within",
    "p99 of a frame, 3.5 batches of 80 a second": "99 % of its frames (80 crops as a batch) are answered within",
    "start to ready": "start to ready",
}


def table(artifact: Artifact, bench: dict[str, Any] | None) -> str:
    """The table, and the sentence that names artefact and machine; speed may be that of an earlier artefact."""
    rows = [row for part, where in HELD_OUT.items() for row in _rates(artifact.manifest.metrics.get(part), where)]
    rows.sort(key=lambda row: not row[0].startswith(UNSEEN))
    origin = f"Artefact `{artifact.id}`."
    if bench is not None:
        setting = bench["setting"]
        rows += [(FINDINGS[one["what"]], _value(one)) for one in bench["findings"] if one["what"] in FINDINGS]
        with_which = "" if setting["artefact"] == artifact.id else f" with `{setting['artefact']}`"
        where = f"on one core of {setting['processor']}, Python {setting['python']}, {setting['date']}"
        origin += f" Speed{with_which} {where}."
    lines = [f"| {what} | {measured} |" for what, measured in (("figure", "measured"), ("---", "---"), *rows)]
    return "\n".join([*lines, "", origin]) + "\n"


def _rates(metrics: Metrics | None, where: str) -> list[tuple[str, str]]:
    """What was measured on a part, as served where that is known."""
    if metrics is None:
        return []
    measured = metrics.served or metrics
    by_scene = measured.tnr_by_scene
    rows = [] if by_scene is None else [(f"{UNSEEN} (mean), {where}", _scene_share(by_scene))]
    rates = [("leaks found", measured.tpr), ("good wells passed", measured.tnr)]
    return rows + [(f"{what} {where}", _share(rate)) for what, rate in rates if rate is not None]


def figures() -> str:
    """The table of the active artefact and the last run of the bench, if there is one."""
    artifacts = ROOT / "model_artifacts"
    bench = json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.exists() else None
    return table(open_artifact(artifacts / read_active(artifacts)), bench)


def with_figures(text: str, shown: str) -> str:
    """The README with these figures in the block that belongs to them."""
    return with_block(BLOCK, text, shown)


def _share(rate: Rate) -> str:
    return f"{rate.hits} of {rate.total} (95 % interval: {rate.low * 100:.1f} to {rate.high * 100:.1f} %)"


def _scene_share(rate: SceneRate) -> str:
    share = f"{rate.value * 100:.1f} % of {rate.scenes}"
    return f"{share} (95 % interval: {rate.low * 100:.1f} to {rate.high * 100:.1f} %)"


def _value(finding: dict[str, Any]) -> str:
    return f"{finding['value']:.3g}{finding['unit']}"


if __name__ == "__main__":
    README.write_text(with_figures(README.read_text(encoding="utf-8"), figures()), encoding="utf-8")
