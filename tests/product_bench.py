"""Compare on every drawn product as its owner would, and print the winner beside the principal components.

``python -m tests.product_bench DIR [FAMILY...]`` keeps pictures and artefacts below DIR. One seed is enough here: what
starts from principal components hardly depends on it.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.products import FAMILIES, write_product
from training.comparison.content import CandidateReport, ComparisonReport, from_json
from training.comparison.pca import NAME as REFERENCE
from training.evaluation.rates import auroc


def compare(root: Path, name: str) -> str:
    """Draw a family, run the command, return a row of the table."""
    data, out = root / name / "data", root / name / "artifacts"
    if not data.exists():
        write_product(data, name)
    start = time.monotonic()
    command = ("leak-training", "compare", "--seeds", "1", "--data", str(data), "--out", str(out))
    subprocess.run((Path(sys.executable).with_name(command[0]), *command[1:]), check=True)  # our own
    took = time.monotonic() - start
    content = from_json(ComparisonReport, next(out.glob(".compare/*/comparison.json")).read_bytes())
    areas = {candidate.name: _area(candidate) for candidate in content.candidates}
    good, leak = (sum(count for part, count in content.groups.items() if kind in part) for kind in ("good", "leak"))
    chosen = str(content.chosen)
    return f"| {name} | {good} / {leak} | {areas[REFERENCE]:.3f} | {areas[chosen]:.3f} | `{chosen}` | {took:.0f} s |"


def _area(candidate: CandidateReport) -> float:
    """AUROC on the report part of the seed that is shown."""
    scores = candidate.shown.parts["report"]
    return auroc(np.concatenate([scores.good, scores.leak]), np.repeat([0, 1], [len(scores.good), len(scores.leak)]))


if __name__ == "__main__":
    rows = [compare(Path(sys.argv[1]), name) for name in sys.argv[2:] or FAMILIES]
    print("| Product | good / defective | PCA | winner | | took |", "|---|---|---|---|---|---|", *rows, sep="\n")  # noqa: T201  # a command prints
