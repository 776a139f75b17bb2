"""How recipes do on whole scenes that they were not fitted on.

Call it as ``python -m training.comparison.study --data DIR --recipes NAME``.

The scenes of the choice part are the unseen ones; the seed also divides. Real leaks are judged as they are and mixed
with good wells, drawn leaks and disturbances are drawn on the wells of the unseen scenes. Nothing of the report part is
used. Each line names the recipe, its seed, and, with ``--without KIND``, the kind of drawn leaks that was kept out of
the augmentation.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.console import Console

from service.contract.picture import Pixels
from training.dataset.data import Group, pixels_of
from training.dataset.progress import SILENT, ConsoleProgress, Progress
from training.dataset.reading import load
from training.dataset.splits import Split, split
from training.evaluation.thresholds import calibrate
from training.fitting.batches import batches_of
from training.fitting.fit import fit
from training.models.scoring import ScoringGraph, score
from training.recipe.recipe import Recipe, read_recipe
from training.synthetic import kinds
from training.synthetic.augmentation import LEAK_KINDS, DrawingRule, draw
from training.synthetic.milder import milder_leaks

SHARES = (0.7, 0.5)
DRAWN_ON = 300
WEAKEST_LEAK = 0.4
SEED = 5


def study(recipe: Recipe, parts: Split, unseen: tuple[Group, ...], without: str, progress: Progress = SILENT) -> str:
    """Fit a recipe without the unseen scenes, choose its threshold, and say in one line how it does."""
    batches = batches_of(recipe, parts, LEAK_KINDS.get(without, ()))
    graph = fit(recipe, batches, threads=2, progress=progress).graph
    spec = recipe.input
    good, leaks = (score(graph, pixels_of(part, spec)) for part in (parts.calibration_good, parts.choice_leak))
    threshold = calibrate(recipe.threshold, good, leaks).value
    rates = {name: (score(graph, pixels) >= threshold).mean() for name, pixels in _tests(parts, unseen, graph).items()}
    kept_out = f" without {without}" if without else ""
    shown = ", ".join(f"{name} {_share(name, rate):.1%}" for name, rate in rates.items())
    return f"{recipe.name}, seed {recipe.seed}{kept_out}: threshold {threshold:.4g}; {shown}"


def _share(name: str, alarmed: float) -> float:
    return 1 - alarmed if name.endswith("passed") else alarmed


def _tests(parts: Split, unseen: tuple[Group, ...], graph: ScoringGraph) -> Mapping[str, Pixels]:
    """The sets by name; what is passed and what is found, each as the name says."""
    spec = graph.spec
    good, leaks = pixels_of(parts.choice_good, spec), pixels_of(parts.choice_leak, spec)
    tests = {"unseen scenes passed": pixels_of(unseen, spec), "leaks found": leaks}
    tests |= {f"at {share:.0%} contrast found": milder_leaks(leaks, good, share) for share in SHARES}
    wells = [unseen[row].small for row in np.linspace(0, len(unseen) - 1, DRAWN_ON).astype(int)]
    for kind, families in LEAK_KINDS.items():
        drawn = [draw(wells, DrawingRule((family,), 1, WEAKEST_LEAK, SEED)).at_size(spec).pixels for family in families]
        tests[f"{kind} found"] = np.concatenate(drawn)
    for family in kinds.DISTURBANCES:
        tests[f"{family} passed"] = draw(wells, DrawingRule((family,), 1, 0.0, SEED)).at_size(spec).pixels
    return tests


def main() -> None:
    """Print a line a recipe and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--recipes", nargs="+", required=True)
    parser.add_argument("--seeds", type=int, default=1, help="each keeps out other scenes")
    parser.add_argument("--without", choices=LEAK_KINDS, default="", help="kind of drawn leaks not to be taught")
    options = parser.parse_args()
    progress = ConsoleProgress(Console(stderr=True))
    data = load(options.data, progress)
    for seed in range(options.seeds):
        parts = split(data, seed=seed)
        for name in options.recipes:
            recipe = read_recipe(name).model_copy(update={"seed": seed})
            line = study(recipe, parts, parts.choice_good, options.without, progress)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
