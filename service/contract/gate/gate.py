"""The gate: is this picture usable at all? A score of anything else proves nothing."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from service.contract.decision import Reason
from service.contract.errors import ArtifactInvalid
from service.contract.gate.figures import FEATURES, FIGURES, SMALLEST_SIDE, Floats, measure
from service.contract.gate.stack import measure_stack, most_together
from service.contract.header.header import Header
from service.contract.manifest import GateLimits, Range
from service.contract.picture import Pixels

BLACK: Final = 16.0
WHITE: Final = 240.0
FLAT: Final = 1.5
"""Standard deviation of grey values below which there is nothing to see; above it only the artefact's limits judge."""

_LOW_AND_HIGH: Final[Mapping[str, tuple[Reason, Reason]]] = {
    "brightness": (Reason.INPUT_DARK, Reason.INPUT_BRIGHT),
    "contrast": (Reason.INPUT_LOW_CONTRAST, Reason.INPUT_UNLIKE_WELL),
    "sharpness": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "fineness": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "steps_across": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "steps_down": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "quietest_block": (Reason.INPUT_INCOMPLETE, Reason.INPUT_NOISY),
    "busiest_block": (Reason.INPUT_BLURRED, Reason.INPUT_NOISY),
    "dullest_row": (Reason.INPUT_INCOMPLETE, Reason.INPUT_NOISY),
    "dullest_column": (Reason.INPUT_INCOMPLETE, Reason.INPUT_NOISY),
    "still_edge": (Reason.INPUT_INCOMPLETE, Reason.INPUT_INCOMPLETE),
    "red": (Reason.INPUT_COLOUR, Reason.INPUT_COLOUR),
    "blue": (Reason.INPUT_COLOUR, Reason.INPUT_COLOUR),
}


class Figures(NamedTuple):
    """What the record keeps of a picture, on the 0..255 scale of grey values; all 0 where its size is refused."""

    brightness: float
    contrast: float
    sharpness: float


GateJudgement = tuple[Figures, Reason | None]
"""What is kept of a picture, and why it cannot be judged, or None where it can."""

FEW: Final = 3
"""Pictures for which measuring each by itself is the faster way."""

MOST_SIZES: Final = 1000
"""Of which a gate remembers whether it accepts them; the crops of a camera have a few."""

NOTHING_MEASURED: Final = Figures(0.0, 0.0, 0.0)


class Gate:
    """Judges pictures by the limits of one artefact (and one camera); safe to call from many threads."""

    def __init__(self, limits: GateLimits) -> None:
        """Prepare the limits.

        Raises:
            ArtifactInvalid: a limit or a detector is for something that this software does not measure.
        """
        self._limits = limits
        self._weights = _weights(limits)
        self._names = (*FIGURES, *limits.detectors)
        self._bounds = [_bounds(limits.figures.get(name, Range())) for name in self._names]
        self._lowest, self._highest = _usable(self._bounds)
        self._accepted: dict[tuple[int, int, bool], bool] = {}

    def judge(self, picture: Pixels) -> GateJudgement:
        """Measure uint8 [H, W, 3] RGB, and say why it cannot be judged, or None where it can."""
        if not self._has_usable_size(*picture.shape[:2]):
            return NOTHING_MEASURED, Reason.INPUT_SIZE
        measured, features = measure(picture)
        return self._judgement(measured.tolist() + self._weights.dot(features).tolist())

    def judge_all(self, pictures: Sequence[Pixels]) -> list[GateJudgement]:
        """Judge pictures, in their order; several of one size are measured together, which costs a third."""
        judged: dict[int, GateJudgement] = {}
        for places in _by_size(pictures):
            if len(places) < FEW or not self._has_usable_size(*pictures[places[0]].shape[:2]):
                judged |= {place: self.judge(pictures[place]) for place in places}
            else:
                judged |= zip(places, self._judged([pictures[place] for place in places]), strict=True)
        return [judged[place] for place in range(len(pictures))]

    def figures(self, picture: Pixels) -> dict[str, float]:
        """Every figure of a picture by the name that its limits have; for training, for people and for tuning."""
        figures, features = measure(picture)
        return dict(zip(self._names, np.concatenate((figures, self._weights @ features)).tolist(), strict=True))

    def accepts(self, header: Header) -> bool:
        """Say by its size alone whether a picture can be judged; EXIF data may turn it by a quarter."""
        size = header.width, header.height, header.oriented
        accepted = self._accepted.get(size)
        if accepted is None:
            width, height, oriented = size
            accepted = self._has_usable_size(height, width) or (oriented and self._has_usable_size(width, height))
            if len(self._accepted) < MOST_SIZES:
                self._accepted[size] = accepted
        return accepted

    def _has_usable_size(self, height: int, width: int) -> bool:
        return (
            min(height, width) >= SMALLEST_SIDE
            and _lies_in(width, self._limits.width)
            and _lies_in(height, self._limits.height)
            and _lies_in(width / height, self._limits.aspect)
        )

    def _judged(self, pictures: Sequence[Pixels]) -> list[GateJudgement]:
        """Judge pictures of one usable size; limits are gone through one by one only where one is broken."""
        figures, features = measure_stack(pictures)
        detectors = np.matmul(self._weights, features[:, :, np.newaxis])[:, :, 0]
        values = np.concatenate((figures, detectors), axis=1)
        within = ((values >= self._lowest) & (values <= self._highest)).all(axis=1)  # nothing that is not a number is
        kept = map(Figures._make, figures[:, : len(Figures._fields)].tolist())
        return [
            (each, None) if usable else self._judgement(values[row].tolist())
            for row, (each, usable) in enumerate(zip(kept, within.tolist(), strict=True))
        ]

    def _judgement(self, values: list[float]) -> GateJudgement:
        figures = Figures(*values[:3])
        return figures, _plain_fault(figures) or self._broken_limit(values)

    def _broken_limit(self, values: list[float]) -> Reason | None:
        for name, value, (low, high) in zip(self._names, values, self._bounds, strict=True):
            if not low <= value <= high:  # also what is not a number
                return _LOW_AND_HIGH[name][0 if value < low else 1] if name in _LOW_AND_HIGH else Reason(name)
        return None


class Gates:
    """The gate of each camera: the artefact's limits, and for some cameras limits of their own."""

    def __init__(self, limits: GateLimits, overrides: Mapping[str, GateLimits] | None = None) -> None:
        self._common = Gate(limits)
        self._own = {camera: Gate(merge(limits, own)) for camera, own in (overrides or {}).items()}

    def of(self, camera_id: str | None) -> Gate:
        """Return the gate for a camera; unknown and unnamed cameras share the artefact's."""
        return self._own.get(camera_id, self._common) if camera_id is not None else self._common

    def judge_all(self, pictures: Sequence[Pixels], cameras: Sequence[str | None]) -> list[GateJudgement]:
        """Judge pictures in their order, each by the limits of its camera."""
        if not self._own:
            return self._common.judge_all(pictures)
        by_gate: dict[Gate, list[int]] = {}
        for place, camera_id in enumerate(cameras):
            by_gate.setdefault(self.of(camera_id), []).append(place)
        judged: dict[int, GateJudgement] = {}
        for gate, places in by_gate.items():
            judged |= zip(places, gate.judge_all([pictures[place] for place in places]), strict=True)
        return [judged[place] for place in range(len(pictures))]


def merge(limits: GateLimits, override: GateLimits) -> GateLimits:
    """Lay a camera's own limits over the artefact's: what the override states wins, figure by figure.

    >>> camera = GateLimits.model_validate({"figures": {"brightness": {"low": 40}}})
    >>> merge(GateLimits(figures={"contrast": Range(low=4)}), camera).figures["contrast"].low
    4.0
    """
    stated = {name: getattr(override, name) for name in override.model_fields_set}
    for name in ("figures", "detectors"):
        if name in stated:
            stated[name] = {**getattr(limits, name), **stated[name]}
    return limits.model_copy(update=stated)


def _weights(limits: GateLimits) -> Floats:
    """Rows of FEATURES + 1 weights, one for each detector."""
    strange = [name for name in limits.figures if name not in FIGURES and name not in limits.detectors]
    strange += [reason.value for reason, weights in limits.detectors.items() if len(weights) != FEATURES + 1]
    if strange:
        raise ArtifactInvalid(f"the gate has limits for {strange[0]}, which this software does not measure: update it")
    return np.array(list(limits.detectors.values()), np.float32).reshape(-1, FEATURES + 1)


def _bounds(limits: Range) -> tuple[float, float]:
    """Both ends in the precision of what is measured, an open one at infinity."""
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    return float(np.float32(low)), float(np.float32(high))


def _usable(bounds: Sequence[tuple[float, float]]) -> Floats:
    """Both ends [2, figures] between which a picture breaks no limit and has no plain fault either."""
    lowest, highest = np.array(bounds, np.float32).T
    lowest[:2] = np.maximum(lowest[:2], (BLACK, FLAT))
    highest[0] = min(highest[0], WHITE)
    return np.stack((lowest, highest))


def _by_size(pictures: Sequence[Pixels]) -> Iterator[list[int]]:
    """Places of pictures of one size, in equal parts."""
    sizes: dict[tuple[int, ...], list[int]] = {}
    for place, picture in enumerate(pictures):
        sizes.setdefault(picture.shape, []).append(place)
    for (height, width, _), places in sizes.items():
        parts = math.ceil(len(places) / most_together(height, width))
        yield from (places[part::parts] for part in range(parts))


def _lies_in(value: float, limits: Range) -> bool:
    return (limits.low is None or value >= limits.low) and (limits.high is None or value <= limits.high)


def _plain_fault(figures: Figures) -> Reason | None:
    if figures.brightness < BLACK:
        return Reason.INPUT_BLACK
    if figures.brightness > WHITE:
        return Reason.INPUT_WHITE
    return Reason.INPUT_FLAT if figures.contrast < FLAT else None
