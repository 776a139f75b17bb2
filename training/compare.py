"""The whole offline job: fit the candidates, choose one, export it."""

from pathlib import Path
from typing import NamedTuple

from service.contract.artifact import Artifact
from training.config import Recipe
from training.data import Dataset, pixels_of
from training.export import export
from training.fit import Fitted, fit
from training.material import Material
from training.progress import SILENT, Progress
from training.splits import split


class Comparison(NamedTuple):
    """What was fitted and what came of it."""

    fitted: Fitted
    artifact: Artifact


def compare(recipe: Recipe, data: Dataset, out: Path, threads: int, progress: Progress = SILENT) -> Comparison:
    """Fit the recipe on its part of the data and export it below ``out``."""
    parts = split(data)
    fitted = fit(recipe, Material(pixels_of(parts.fit_good, recipe.input)), threads=threads, progress=progress)
    return Comparison(fitted, export(fitted, data, parts, out))
