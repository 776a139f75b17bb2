"""Drift: are the pictures of a camera still distributed as the good wells that the artefact knows?"""

import math
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.decision import Decision, Reason
from service.contract.drift_index import DRIFT_FIGURES, drift_index
from service.contract.manifest import DriftReference

IN_A_ROW: Final = 3
"""Windows that must exceed their limit: each does by chance once in a hundred times, three in a row in a million."""

# They say nothing of how a camera's pictures are now.
NOT_COUNTED: Final = frozenset({Reason.INPUT_SIZE, Reason.FROZEN, Reason.STALE, Reason.FUTURE})
MOST_CAMERAS: Final = 1000
MOST_WELLS: Final = 20_000

Counts = NDArray[np.int64]


class DriftReport(NamedTuple):
    """A camera after a full window: each figure's index as a multiple of its limit, and which figures have drifted.

    ``changed`` says that others drift than before; a ratio is the least of the last windows: above 1 means drift.
    """

    camera_id: str
    ratios: Mapping[str, float]
    drifting: tuple[str, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class _Bins:
    """A reference ready for counting: inner edges and shares [figures, bins], and limits [figures] by window size."""

    reference: DriftReference
    edges: list[list[float]]
    shares: NDArray[np.float64]
    limits: dict[int, NDArray[np.float64]]

    @classmethod
    def of(cls, reference: DriftReference) -> "_Bins":
        by_size = sorted(reference.limits_by_window.items())
        return cls(
            reference,
            [list(reference.bin_edges[name]) for name in DRIFT_FIGURES],
            _padded([reference.shares[name] for name in DRIFT_FIGURES]),
            {size: np.array([limits[name] for name in DRIFT_FIGURES]) for size, limits in by_size},
        )

    @property
    def smallest(self) -> int:
        return next(iter(self.limits))

    def empty_step(self) -> list[list[int]]:
        """Nothing counted, [figures][bins]."""
        return [[0] * self.shares.shape[1] for _ in self.edges]


@dataclass(slots=True)
class _Window:
    """Counts [figures, bins] until ``size`` pictures are there, and the ratios [figures] of the last full windows."""

    size: int
    limits: NDArray[np.float64]
    counts: Counts
    pictures: int = 0
    ratios: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, counts: Counts, pictures: int, shares: NDArray[np.float64]) -> None:
        """Count a step; a full window is compared with the reference and begun anew."""
        self.counts = self.counts + counts
        self.pictures += pictures
        if self.pictures >= self.size:
            self.ratios = [*self.ratios[1 - IN_A_ROW :], self._compared(shares)]
            self.counts, self.pictures = np.zeros_like(counts), 0

    def lasting(self) -> NDArray[np.float64]:
        """The least ratio of each figure in the last windows; 0 until there were enough."""
        if len(self.ratios) < IN_A_ROW:
            return np.zeros(len(self.limits))
        return np.asarray(np.min(self.ratios, axis=0))

    def _compared(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Index by limit for each figure; 0 where half of the pictures had no such figure."""
        index = [
            drift_index(counts[known > 0], known[known > 0]) for counts, known in zip(self.counts, shares, strict=True)
        ]
        enough = self.counts.sum(axis=1) >= self.size / 2
        return np.where(enough, np.array(index) / self.limits, 0.0)


@dataclass(slots=True)
class _Camera:
    """What is counted of one camera; ``step`` gathers bins until the smallest window is full."""

    windows: list[_Window]
    step: list[list[int]]
    pictures: int = 0
    drifting: tuple[str, ...] = ()


class DriftMonitor:
    """Counts one picture of each well every ``spacing_s`` seconds; for the event loop's thread alone.

    Neighbouring pictures of a well are alike and would count as drift. Each window is complete and disjoint, as the
    limits of the artefact assume. Another artefact takes back what was found, and begins anew.
    """

    def __init__(
        self, reference: Callable[[], DriftReference | None], spacing_s: float, cameras: Collection[str] = ()
    ) -> None:
        """Begin without any picture.

        Args:
            reference: of the artefact served now; another one begins all windows anew.
            spacing_s: between two pictures of a well that count.
            cameras: that are always watched; of others those ``MOST_CAMERAS`` that sent last.
        """
        self._current = reference
        self._spacing_s = spacing_s
        self._known = frozenset(cameras)
        self._known_bins: _Bins | None = None
        self._cameras: dict[str, _Camera] = {}
        self._others: OrderedDict[str, None] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str | None], float] = OrderedDict()
        self._drifted_before: set[str] = set()

    def restore(self, cameras: Iterable[str]) -> None:
        """Take back, with the next picture, what was found before a restart: windows begin anew."""
        self._drifted_before.update(cameras)

    def observe(self, decision: Decision, now: float) -> DriftReport | None:
        """Take in a decision; report at the end of each smallest window. ``now`` is in seconds on a monotonic clock."""
        picture, camera_id = decision.picture, decision.camera_id
        if picture is None or camera_id is None or decision.reason in NOT_COUNTED:
            return None
        well = (camera_id, decision.well_id)
        if now < self._seen.get(well, -math.inf) + self._spacing_s:
            return None
        bins = self._bins()
        if camera_id in self._drifted_before:
            self._drifted_before.remove(camera_id)
            return DriftReport(camera_id, dict.fromkeys(DRIFT_FIGURES, 0.0), (), changed=True)
        camera = self._cameras.get(camera_id) or self._new_camera(camera_id, bins)
        if bins is None or camera is None:
            return None
        self._remember(well, now)
        values = (decision.score, picture.brightness, picture.contrast, picture.sharpness)
        for edges, step, value in zip(bins.edges, camera.step, values, strict=True):
            if value is not None:
                step[bisect_right(edges, value)] += 1
        camera.pictures += 1
        return _report(camera_id, camera, bins) if camera.pictures == bins.smallest else None

    def _bins(self) -> _Bins | None:
        """The bins of the artefact served now; what has drifted by those of another is to be taken back."""
        reference = self._current()
        if reference is not (self._known_bins and self._known_bins.reference):
            self._known_bins = None if reference is None else _Bins.of(reference)
            self.restore(name for name, camera in self._cameras.items() if camera.drifting)
            self._cameras.clear()
            self._others.clear()
            self._seen.clear()
        return self._known_bins

    def _remember(self, well: tuple[str, str | None], now: float) -> None:
        """Note when a well counted, and that its camera sends; forget who has been unseen for longest."""
        self._seen[well] = now
        self._seen.move_to_end(well)
        if len(self._seen) > MOST_WELLS:
            self._seen.popitem(last=False)
        if well[0] not in self._known:
            self._others[well[0]] = None
            self._others.move_to_end(well[0])
            if len(self._others) > MOST_CAMERAS:
                del self._cameras[self._others.popitem(last=False)[0]]

    def _new_camera(self, camera_id: str, bins: _Bins | None) -> _Camera | None:
        if bins is None:
            return None
        windows = [_Window(size, limits, np.zeros_like(bins.shares, np.int64)) for size, limits in bins.limits.items()]
        self._cameras[camera_id] = _Camera(windows, bins.empty_step())
        return self._cameras[camera_id]


def _report(camera_id: str, camera: _Camera, bins: _Bins) -> DriftReport:
    for window in camera.windows:
        window.add(np.array(camera.step), camera.pictures, bins.shares)
    camera.step, camera.pictures = bins.empty_step(), 0
    worst = np.max([window.lasting() for window in camera.windows], axis=0)
    ratios = dict(zip(DRIFT_FIGURES, worst.tolist(), strict=True))
    drifting = tuple(name for name, ratio in ratios.items() if ratio > 1)
    changed, camera.drifting = drifting != camera.drifting, drifting
    return DriftReport(camera_id, ratios, drifting, changed)


def _padded(rows: list[tuple[float, ...]]) -> NDArray[np.float64]:
    """Rows of unequal length as a matrix, filled with 0: a bin of no share is no bin."""
    width = max(len(row) for row in rows)
    return np.array([(*row, *(0.0 for _ in range(width - len(row)))) for row in rows])
