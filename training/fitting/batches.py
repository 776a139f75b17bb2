"""What one fit learns from: pairs of what the network sees and what it is to restore, drawn batch by batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from service.contract.picture import Pixels
from training.dataset.data import pixels_of, small_pictures
from training.dataset.splits import Split
from training.models.preprocessing import Preprocessing
from training.recipe.recipe import Recipe
from training.synthetic.augmentation import (
    AugmentedPictures,
    DrawnPictures,
    augmentation_rule,
    bounded_times,
    chunks,
    draw,
    joined,
)

CACHE_BYTES = 400_000_000


class TrainingBatches:
    """Good wells, synthetic leaks and disturbances as one tensor of pixels, with the row that each is to become.

    A good well and a disturbance are to become themselves, a synthetic leak what it was drawn on.
    """

    def __init__(
        self,
        good: Pixels,
        leaks: AugmentedPictures | None = None,
        disturbances: AugmentedPictures | None = None,
        repeats: int = 1,
    ) -> None:
        self._repeats = repeats
        augmentation = [drawn for drawn in (leaks, disturbances) if drawn is not None and len(drawn.pixels)]
        erased = [drawn.restored for drawn in augmentation if drawn.restored is not drawn.pixels]
        self.good = len(good)
        self._sizes = [len(drawn.pixels) for drawn in augmentation]
        self._pixels = torch.from_numpy(np.concatenate([good, *(drawn.pixels for drawn in augmentation), *erased]))
        self._targets = torch.arange(self.good + sum(self._sizes))
        row, target = self.good, len(self._targets)
        for drawn, size in zip(augmentation, self._sizes, strict=True):
            if drawn.restored is not drawn.pixels:
                self._targets[row : row + size] = torch.arange(target, target + size)
                target += size
            row += size
        self._planes: Tensor | None = None

    @property
    def epoch_size(self) -> int:
        """Pictures in one epoch: every good well, and ``repeats`` times as many of each kind of augmentation."""
        return self.good * (1 + self._repeats * len(self._sizes))

    def prepare(self, preprocessing: Preprocessing) -> None:
        """Let the representation learn from the good wells, and keep all its planes where memory allows."""
        self._preprocessing = preprocessing
        with torch.no_grad():
            preprocessing.learn(self._pixels[: self.good])
            channels, height, width = preprocessing.shape
            if 4 * len(self._pixels) * channels * height * width <= CACHE_BYTES:
                self._planes = preprocessing.in_pieces(self._pixels)

    def epoch(self) -> Tensor:
        """Rows in the order of one epoch: every good well once, others by chance."""
        rows = [torch.arange(self.good)]
        start = self.good
        for size in self._sizes:
            rows.append(start + torch.randint(size, (self._repeats * self.good,)))
            start += size
        order = torch.cat(rows)
        return order[torch.randperm(len(order))]

    def pairs(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the rows, both [B, C, h, w]."""
        return self.planes(rows), self.planes(self._targets[rows])

    def planes(self, rows: Tensor) -> Tensor:
        """The representation of the rows, [B, C, h, w]."""
        if self._planes is not None:
            return self._planes[rows]
        with torch.no_grad():
            return self._preprocessing.in_pieces(self._pixels[rows])


def batches_of(recipe: Recipe, parts: Split, without: Sequence[str] = ()) -> TrainingBatches:
    """What a recipe learns from, drawn here and now, but for some families: the same as in a comparison."""
    spec, taught = recipe.input, recipe.augmentation
    wells = small_pictures(parts.fit_good)
    leaks, disturbances = _draw("leaks", taught.leaks, wells), _draw("disturbances", taught.disturbances, wells)
    return TrainingBatches(
        pixels_of(parts.fit_good, spec),
        leaks.at_size(spec, erase=True).without(without),
        disturbances.at_size(spec),
        taught.repeats,
    )


def _draw(kind: str, times: int, wells: Sequence[Pixels]) -> DrawnPictures:
    rule = augmentation_rule(kind, bounded_times(times, len(wells)))
    return joined(draw(some, rule, first) for first, some in chunks(wells))
