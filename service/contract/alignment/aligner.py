"""The aligner of one camera: finds the table of its reference frame on other frames, and proves that it has.

Lucas-Kanade from coarse to fine on half-size grey pictures whose light is evened out, a robust affine fit after each
step; then what lies under each feature is compared with the reference, since anything repetitive fits somewhere.
"""

from math import atan2, degrees, hypot
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.alignment.alignment import UNPROVED, Affine, Alignment
from service.contract.alignment.features import Grey, Points, features_of, region_of
from service.contract.alignment.layout import Corners, Layout, Reference, corners_of, read_reference
from service.contract.alignment.patches import Patches, rim, squares
from service.contract.picture import Pixels

COARSE: Final = 4
"""How much smaller than half size the first step is."""

FIT_PX: Final = 1.5
ALIKE: Final = 0.6
RIM_ALIKE: Final = 0.4
"""Least correlation of what lies around a feature, and around a well, with the reference."""

NEAR: Final = 6
LEAST_NEAR: Final = 0.6
"""Share of the features nearest to a well that must be found: who covers a part of the table moves nothing."""

LEAST_CONTRAST: Final = 0.3
"""Share of the mean contrast that a pixel's surroundings are taken to have at least."""

_AROUND: Final = (31, 31)
_LEVELS: Final = 40.0
_LIFT: Final = 3.2
"""Grey values for one deviation, and deviations that are still above black."""

_STEPS: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 15, 0.02)
_FEWEST: Final = 8
_LOST: Final = -1e6


class Found(NamedTuple):
    """The move of a frame, and for each well of the layout whether the plate beside it is in sight, [wells]."""

    alignment: Alignment
    in_sight: NDArray[np.bool_]


class Aligner:
    """Aligns frames with one reference; safe in any thread."""

    def __init__(self, reference: Reference) -> None:
        """Find the reference's features.

        Raises:
            SetupError: it shows too few.
        """
        self.layout: Layout = reference.layout
        self.corners: dict[str, Corners] = {name: corners_of(well) for name, well in self.layout.wells.items()}
        frame = reference.frame
        self.size = frame.shape[1], frame.shape[0]
        self._region = region_of(self.corners.values(), frame)
        self._half = _evened(self._region.half(frame))
        self._coarse = _smaller(self._half)
        self._points = features_of(frame, self.corners.values(), self._region)
        self._patches = Patches(self._half, squares(self._points), ALIKE)
        outlines = [self._region.halved(corners) for corners in self.corners.values()]
        self._rims = Patches(self._half, np.stack([rim(outline) for outline in outlines]), RIM_ALIKE)
        self._near = _nearest(np.array([outline.mean(axis=0) for outline in outlines]), self._points)

    def align(self, frame: Pixels) -> Found:
        """Find the table on uint8 [H, W, 3] RGB of the reference's size."""
        half = _evened(self._region.half(frame))
        tracked = self._tracked(half)
        if tracked is None:
            return Found(UNPROVED, np.zeros(len(self._near), bool))
        matrix, points = tracked
        errors = np.hypot(*(points - _moved(matrix, self._points)).T)
        size = half.shape[1], half.shape[0]
        back: Grey = cv2.warpAffine(half, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)  # type: ignore[assignment]  # 8 bits stay 8 bits
        found = (errors <= FIT_PX) & self._patches.are_alike(back)
        residual_px = 2 * float(np.sqrt((errors[found] ** 2).mean())) if found.any() else 0.0
        alignment = self._alignment(self._full(matrix), residual_px, float(found.mean()))
        return Found(alignment, (found[self._near].mean(axis=1) >= LEAST_NEAR) & self._rims.are_alike(back))

    def _tracked(self, half: Grey) -> tuple[Affine, Points] | None:
        """The move in half pixels of the region, and where each feature went."""
        coarse: Points = self._points / np.float32(COARSE)
        guess = _fit(coarse, _flow(self._coarse, _smaller(half), coarse, coarse, 21))
        if guess is None:
            return None
        guess[:, 2] = guess[:, 2] * COARSE
        points = _flow(self._half, half, self._points, _moved(guess, self._points), 15)
        fit = _fit(self._points, points)
        return None if fit is None else (fit, points)

    def _full(self, matrix: Affine) -> Affine:
        """The same move in pixels of the whole frame: half pixels lie between two whole ones."""
        origin = np.array(self._region[:2]) + 0.5
        shift = 2 * matrix[:, 2] + origin - matrix[:, :2] @ origin
        return np.column_stack((matrix[:, :2], shift))

    def _alignment(self, matrix: Affine, residual_px: float, proof: float) -> Alignment:
        centre = np.array(self.size) / 2
        shift = matrix[:, :2] @ centre + matrix[:, 2] - centre
        cosine, sine = float(matrix[0, 0]), float(matrix[1, 0])
        turn, scaling = degrees(atan2(sine, cosine)), hypot(sine, cosine)
        return Alignment(matrix, float(max(shift, key=abs)), turn, scaling, residual_px, proof)


def open_aligner(layout: Layout, folder: Path, max_pixels: int) -> Aligner:
    """Read the reference frame beside the cameras file in ``folder``, and find its features.

    Raises:
        SetupError: it cannot be read, is another one, or shows too few features.
    """
    return Aligner(read_reference(layout, folder, max_pixels))


def _smaller(half: Grey) -> Grey:
    size = max(1, half.shape[1] // COARSE), max(1, half.shape[0] // COARSE)
    return cv2.resize(half, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # 8 bits stay 8 bits


def _evened(half: Grey) -> Grey:
    """Even out the light: each pixel by the mean and the contrast around it.

    Lamps that fail, shadows, glare and steam change both; where there is hardly any contrast, noise is not blown up.
    """
    grey = half.astype(np.float32)
    rest = grey - cv2.blur(grey, _AROUND)
    contrast = cv2.sqrt(cv2.blur(rest * rest, _AROUND))
    least = np.float32(LEAST_CONTRAST * contrast.mean() + 1e-3)
    deviations = np.maximum(rest / np.maximum(contrast, least) + np.float32(_LIFT), 0)
    return cv2.convertScaleAbs(deviations, alpha=_LEVELS)  # type: ignore[return-value]  # 8 bits


def _moved(matrix: Affine, points: Points) -> Points:
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def _flow(before: Grey, after: Grey, points: Points, guess: Points, window: int) -> Points:
    """Where points went that are about at ``guess``; lost ones go far away."""
    flags = cv2.OPTFLOW_USE_INITIAL_FLOW
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, guess.copy(), winSize=(window, window), maxLevel=1, criteria=_STEPS, flags=flags
    )
    found[status.ravel() == 0] = _LOST
    return found  # type: ignore[return-value]  # float32 stays float32


def _fit(before: Points, after: Points) -> Affine | None:
    kept = after[:, 0] != _LOST
    if kept.sum() < _FEWEST:
        return None
    matrix, _ = cv2.estimateAffinePartial2D(before[kept], after[kept], ransacReprojThreshold=FIT_PX)
    return matrix if matrix is not None and np.isfinite(matrix).all() else None


def _nearest(centres: NDArray[np.float64], points: Points) -> NDArray[np.intp]:
    """The features nearest to each well, [wells, NEAR]."""
    apart = np.hypot(*(centres[:, None] - points[None]).transpose(2, 0, 1))
    return np.argsort(apart, axis=1)[:, :NEAR]
