"""The gate: can this picture be judged at all?"""

from typing import NamedTuple

import cv2

from service.contract.decision import Reason
from service.contract.manifest import GateLimits, Range
from service.contract.picture import Pixels


class Figures(NamedTuple):
    """What the gate measured, on the 0..255 scale of grey values."""

    brightness: float
    contrast: float
    sharpness: float


class Gate:
    """Judges pictures against the limits that training learnt from good wells."""

    def __init__(self, limits: GateLimits) -> None:
        self._limits = limits

    def judge(self, picture: Pixels) -> tuple[Figures, Reason | None]:
        """Measure uint8 [H, W, 3] RGB, and say why it cannot be judged, or None where it can."""
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        mean, deviation = cv2.meanStdDev(grey)
        sharpness = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1]
        figures = Figures(float(mean[0, 0]), float(deviation[0, 0]), float(sharpness[0, 0]))
        height, width = picture.shape[:2]
        limits = self._limits
        sizes = ((width, limits.width), (height, limits.height), (width / height, limits.aspect))
        fits = all(_within(value, allowed) for value, allowed in sizes)
        return figures, None if fits else Reason.INPUT_SIZE


def _within(value: float, allowed: Range) -> bool:
    return (allowed.low is None or value >= allowed.low) and (allowed.high is None or value <= allowed.high)
