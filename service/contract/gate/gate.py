"""The gate: is this picture usable at all? A score of anything else proves nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.decision import LEAK_DESPITE, Reason
from service.contract.errors import ArtifactInvalid
from service.contract.gate.figures import FIGURES, SMALLEST_SIDE, WEIGHED, Floats, features_of, measure
from service.contract.header.header import Header
from service.contract.manifest import GateLimits, InputSpec, Range
from service.contract.picture import Pixels, stacked, to_pixels

BLACK: Final = 16.0
WHITE: Final = 240.0
FLAT: Final = 1.5
"""Standard deviation of grey values below which there is nothing to see; above it only the artefact's limits judge."""

MODERATE: Final = 0.75
"""Share of the least brightness down to which darkness hides leaks but makes none."""

_LOW_AND_HIGH: Final[Mapping[str, tuple[Reason, Reason]]] = {
    "brightness": (Reason.INPUT_DARK, Reason.INPUT_BRIGHT),
    "contrast": (Reason.INPUT_LOW_CONTRAST, Reason.INPUT_UNLIKE_WELL),
    "sharpness": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "fineness": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "roughness": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "busiest_line": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "colourfulness": (Reason.INPUT_COLOUR, Reason.INPUT_COLOUR),
    "blue_share": (Reason.INPUT_COLOUR, Reason.INPUT_COLOUR),
    "green_share": (Reason.INPUT_COLOUR, Reason.INPUT_COLOUR),
    "still_share": (Reason.INPUT_INCOMPLETE, Reason.INPUT_INCOMPLETE),
}


class Figures(NamedTuple):
    """What the record keeps of a picture, on the 0..255 scale of grey values; all 0 where its size is refused."""

    brightness: float
    contrast: float
    sharpness: float


MOST_SIZES: Final = 1000
"""Of which a gate remembers whether it accepts them; the crops of a camera have a few."""

ANY_SIZE: Final[Mapping[str, Range]] = {"width": Range(), "height": Range(), "aspect": Range()}

NOTHING_MEASURED: Final = Figures(0.0, 0.0, 0.0)


class Gated(NamedTuple):
    """What the gate says of a picture.

    ``doubt`` is why it does not prove a well good, or None where it can. ``pixels`` [H, W, 3] at the model's size are
    what is to be scored: under a doubt that cannot make a leak out of a good well the score still proves a leak. None
    where no score would prove anything.
    """

    figures: Figures
    doubt: Reason | None
    pixels: Pixels | None

    @property
    def is_scored(self) -> bool:
        """Whether a score would prove anything."""
        return self.pixels is not None

    def refused(self, reason: Reason) -> "Gated":
        """The same picture, refused for another reason, whatever it shows."""
        return Gated(self.figures, reason, None)


WRONG_SIZE: Final = Gated(NOTHING_MEASURED, Reason.INPUT_SIZE, None)


class Gate:
    """Judges pictures by the limits of one artefact (and one camera); safe to call from many threads."""

    def __init__(self, limits: GateLimits, spec: InputSpec) -> None:
        """Prepare the limits.

        Args:
            limits: of sizes and of what is measured.
            spec: the model's input, on which everything but the size is measured.

        Raises:
            ArtifactInvalid: a limit or a detector is for something that this software does not measure.
        """
        self._limits = limits
        self._spec = spec
        self._weights = _weights(limits)
        self._names = (*FIGURES, *limits.detectors)
        self._bounds = [_bounds(limits.figures.get(name, Range())) for name in self._names]
        self._lowest, self._highest = _usable(self._bounds)
        self._has_usable_size = lru_cache(MOST_SIZES)(self._is_usable_size)

    def of_any_size(self) -> "Gate":
        """The same limits, but for sizes."""
        return Gate(self._limits.model_copy(update=ANY_SIZE), self._spec)

    def judge(self, picture: Pixels) -> Gated:
        """Measure uint8 [H, W, 3] RGB of any size, and say whether it can be judged."""
        return self.judge_all([picture])[0]

    def judge_all(self, pictures: Sequence[Pixels]) -> list[Gated]:
        """Judge pictures of any sizes, in their order; they are measured together, which costs a tenth."""
        sizes = (picture.shape[:2] for picture in pictures)
        pixels = [
            to_pixels(picture, self._spec) if self._has_usable_size(*size) else None
            for picture, size in zip(pictures, sizes, strict=True)
        ]
        usable = [one for one in pixels if one is not None]
        if len(usable) == len(pixels):
            return self._judged(stacked(usable)) if usable else []
        judged = iter(self._judged(stacked(usable)) if usable else ())
        return [WRONG_SIZE if one is None else next(judged) for one in pixels]

    def figures(self, picture: Pixels) -> dict[str, float]:
        """Every figure of a picture by the name that its limits have; for training, for people and for tuning."""
        (values,) = self._values(to_pixels(picture, self._spec)[np.newaxis]).tolist()
        return dict(zip(self._names, values, strict=True))

    def accepts(self, header: Header) -> bool:
        """Say by its size alone whether a picture can be judged; EXIF data may turn it by a quarter."""
        width, height = header.width, header.height
        return self._has_usable_size(height, width) or (header.oriented and self._has_usable_size(width, height))

    def _is_usable_size(self, height: int, width: int) -> bool:
        return (
            min(height, width) >= SMALLEST_SIDE
            and _lies_in(width, self._limits.width)
            and _lies_in(height, self._limits.height)
            and _lies_in(width / height, self._limits.aspect)
        )

    def _judged(self, pixels: Pixels) -> list[Gated]:
        """Judge pictures at the model's size; limits are gone through one by one only where one is broken."""
        values = self._values(pixels)
        within = (values >= self._lowest) & (values <= self._highest)  # nothing that is not a number is
        kept = starmap(Figures, values[:, : len(Figures._fields)].tolist())
        return [
            Gated(figures, None, one) if usable else self._doubted(figures, row.tolist(), one)
            for figures, usable, one, row in zip(
                kept, np.logical_and.reduce(within, axis=1).tolist(), pixels, values, strict=True
            )
        ]

    def _values(self, pixels: Pixels) -> Floats:
        """Figures, then what the detectors say of them, [N, names]."""
        figures = measure(pixels)
        if not len(self._weights):
            return figures
        weighed = self._weights * features_of(figures)[:, np.newaxis]  # no matrix product: its order of adding may vary
        return np.concatenate((figures, np.add.reduce(weighed, axis=2)), axis=1)

    def _doubted(self, figures: Figures, values: list[float], pixels: Pixels) -> Gated:
        doubt = _plain_fault(figures) or self._broken_limit(values)
        is_scored = doubt in LEAK_DESPITE and (doubt is not Reason.INPUT_DARK or self._is_moderate(figures))
        return Gated(figures, doubt, pixels if is_scored else None)

    def _is_moderate(self, figures: Figures) -> bool:
        return figures.brightness >= MODERATE * self._bounds[0][0]

    def _broken_limit(self, values: list[float]) -> Reason | None:
        """The first of the broken limits, of those first after which no score is asked for."""
        broken = list(self._broken_limits(values))
        return next((reason for reason in broken if reason not in LEAK_DESPITE), broken[0] if broken else None)

    def _broken_limits(self, values: list[float]) -> Iterable[Reason]:
        for name, value, (low, high) in zip(self._names, values, self._bounds, strict=True):
            if not low <= value <= high:  # also what is not a number
                yield _LOW_AND_HIGH[name][0 if value < low else 1] if name in _LOW_AND_HIGH else Reason(name)


def _weights(limits: GateLimits) -> Floats:
    """Rows of WEIGHED + 1 weights, one for each detector."""
    strange = [name for name in limits.figures if name not in FIGURES and name not in limits.detectors]
    strange += [reason.value for reason, weights in limits.detectors.items() if len(weights) != WEIGHED + 1]
    if strange:
        raise ArtifactInvalid(
            f"the gate has limits for {strange[0]}, which this software does not measure: update it, or learn the "
            "gate again with leak-training recalibrate"
        )
    return np.array(list(limits.detectors.values()), np.float32).reshape(-1, WEIGHED + 1)


def _bounds(limits: Range) -> tuple[float, float]:
    """Both ends in the precision of what is measured, an open one at infinity."""
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    return float(np.float32(low)), float(np.float32(high))


def _usable(bounds: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """Both ends [2, figures] between which a picture breaks no limit and has no plain fault either."""
    lowest, highest = np.array(bounds, np.float32).T
    lowest[:2] = np.maximum(lowest[:2], (BLACK, FLAT))
    highest[0] = min(highest[0], WHITE)
    return np.stack((lowest, highest))


def _lies_in(value: float, limits: Range) -> bool:
    return (limits.low is None or value >= limits.low) and (limits.high is None or value <= limits.high)


def _plain_fault(figures: Figures) -> Reason | None:
    if figures.brightness < BLACK:
        return Reason.INPUT_BLACK
    if figures.brightness > WHITE:
        return Reason.INPUT_WHITE
    return Reason.INPUT_FLAT if figures.contrast < FLAT else None
