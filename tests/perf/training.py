"""How fast one epoch is: ours beside the usual loop, which opens every picture with PIL in a DataLoader, every time.

    python -m tests.perf.training [--recipe NAME] [--data FOLDER_OR_ARCHIVE] [--crops 2000] [--epochs 6] [--rounds 3]

Both train the same network on the same good wells with the same batches and optimiser, on one core. Both are measured
in turn, and the ratio is taken within a round. What is done once, before the first epoch, is told apart, and so is an
epoch of the data alone: where the network itself takes most of the time, no way of reading can gain more than the rest.
"""

import argparse
import io
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from service.contract.artifact import open_artifact, read_active
from service.contract.manifest import InputSpec
from service.contract.picture import decode, to_pixels
from tests.perf.crops import drawn_crops, real_crops
from tests.perf.report import markdown
from training.fitting.batches import TrainingBatches
from training.fitting.fit import fit, loss_of
from training.models.preprocessing import Preprocessing
from training.models.scoring import ScoringGraph
from training.recipe.parts import Augmentation
from training.recipe.recipe import Recipe, read_recipe


class Speed(NamedTuple):
    """Seconds before the first epoch; epochs a second from then on, of the data alone and with the network."""

    before_s: float
    data_per_s: float
    epochs_per_s: float


class Files(Dataset[Tensor]):
    """Crops as the usual loop reads them: opened, resized, sharpened and transformed one by one, in every epoch."""

    def __init__(self, crops: Sequence[bytes], spec: InputSpec, transform: Preprocessing) -> None:
        self._crops = crops
        self._size = (spec.width, spec.height)
        self._steps = spec.steps
        self._transform = transform

    def __len__(self) -> int:
        return len(self._crops)

    def __getitem__(self, index: int) -> Tensor:
        """Float32 [C, h, w]."""
        picture = Image.open(io.BytesIO(self._crops[index])).convert("RGB")
        for step in self._steps:
            picture = ImageEnhance.Sharpness(picture).enhance(step.factor)
        pixels = torch.from_numpy(np.array(picture.resize(self._size)))
        with torch.no_grad():
            return self._transform(pixels[None])[0]  # type: ignore[no-any-return]  # torch leaves it untyped


def ours(recipe: Recipe, crops: Sequence[bytes]) -> Speed:
    """Decode once, then train as ``leak-training fit`` does."""
    started = time.perf_counter()
    batches = TrainingBatches(np.stack([to_pixels(decode(crop), recipe.input) for crop in crops]))
    before_s = time.perf_counter() - started
    fitted = fit(recipe, batches)
    data_s = _seconds(lambda: [batches.pairs(rows) for rows in torch.split(batches.epoch(), recipe.batch)])
    return Speed(before_s, 1 / data_s, recipe.epochs / fitted.duration_s)


def usual(recipe: Recipe, crops: Sequence[bytes]) -> Speed:
    """The loop of most tutorials over the same network."""
    torch.manual_seed(recipe.seed)
    graph = ScoringGraph(recipe)
    files = DataLoader(Files(crops, recipe.input, graph.preprocessing), batch_size=recipe.batch, shuffle=True)
    optimiser = torch.optim.Adam(graph.parameters(), lr=recipe.optimiser.learning_rate)
    started = time.perf_counter()
    for _ in range(recipe.epochs):
        for inputs in files:
            loss = loss_of(graph.model(inputs), inputs, recipe.loss)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
    trained_s = time.perf_counter() - started
    return Speed(0.0, 1 / _seconds(lambda: list(files)), recipe.epochs / trained_s)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def table(recipe: Recipe, crops: int, rounds: Sequence[tuple[Speed, Speed]]) -> str:
    """Medians of both, and the ratios within a round with their spread."""
    rows = [
        (name, *(f"{statistics.median(values):.2f}" for values in zip(*speeds, strict=True)))
        for name, speeds in zip(("ours", "DataLoader and PIL"), zip(*rounds, strict=True), strict=True)
    ]
    rows.append(("ratio", "", *(_ratio(rounds, what) for what in ("data_per_s", "epochs_per_s"))))
    head = (
        f"{recipe.name}, {crops:,} crops, one core",
        "once, s",
        "epochs/s of data alone",
        "epochs/s with the network",
    )
    return markdown(head, rows)


def _ratio(rounds: Sequence[tuple[Speed, Speed]], what: str) -> str:
    ratios = [getattr(ours, what) / getattr(usual, what) for ours, usual in rounds]
    return f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="dense_ae", help="recipe of this package, or a TOML file")
    parser.add_argument("--data", type=Path, help="real crops instead of drawn ones: a folder or .tar.gz")
    parser.add_argument("--crops", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    plain = {"epochs": options.epochs, "least_steps": 0, "augmentation": Augmentation()}
    recipe = read_recipe(options.recipe).model_copy(update=plain)
    crops = _crops(options.data, options.crops)
    rounds = [(ours(recipe, crops), usual(recipe, crops)) for _ in range(options.rounds)]
    print(table(recipe, len(crops), rounds))  # noqa: T201  # the bench prints


def _crops(data: Path | None, count: int) -> list[bytes]:
    if data is not None:
        return real_crops(data, count)
    folder = Path("model_artifacts")
    return drawn_crops(open_artifact(folder / read_active(folder)), count)


if __name__ == "__main__":
    main()
