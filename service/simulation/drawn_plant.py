"""A plant that is drawn live: two cameras, a leak every minute, a cloud of steam, a ladle's handle in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2

from service.contract.picture import Pixels
from service.simulation.drawn_wells import DrawnWell
from service.simulation.plant import SimulatedCrop

CAMERAS = ("demo-1", "demo-2")
WELLS = tuple(f"{well}{half}" for well in range(1, 13) for half in "ab")
ROUND_S = 60.0
QUALITY = 95

HANDLE_S = (4.0, 12.0)
LEAK_S = (20.0, 38.0)
STEAM_S = (42.0, 50.0)
LEAST_LEAK = 0.3
LONGEST_HANDLE = 0.5
DENSEST_STEAM = 0.6
CLOUD_CROPS = 1.5
CLOUD_WAY = 2.0
STEAMED_WELL = 14
"""The index of the well that the cloud comes from, always the same: else alarms would fill the board in minutes."""


@dataclass(frozen=True, slots=True)
class DrawnRound:
    """What happens in one minute, and where: a handle, then a leak, both at the one camera, then steam at the other."""

    number: int

    @property
    def camera_id(self) -> str:
        """Where the leak is."""
        return CAMERAS[self.number % len(CAMERAS)]

    @property
    def steamed_camera_id(self) -> str:
        """Where the steam is."""
        return CAMERAS[(self.number + 1) % len(CAMERAS)]

    @property
    def leaking_well(self) -> int:
        """The index of the well that leaks."""
        return (self.number * 7 + 5) % len(WELLS)

    @property
    def covered_well(self) -> int:
        """The index of the well that the handle is held over."""
        return (self.number * 7 + 16) % len(WELLS)

    def happenings(self, camera_id: str, index: int, second: float) -> dict[str, float]:
        """What :meth:`DrawnWell.show` is to show of a well, ``second`` seconds into the minute."""
        found = {}
        if camera_id == self.camera_id and index == self.leaking_well and _within(LEAK_S, second):
            found["leak"] = LEAST_LEAK + (1 - LEAST_LEAK) * _share(LEAK_S, second)
        if camera_id == self.camera_id and index == self.covered_well and _within(HANDLE_S, second):
            found["tool"] = LONGEST_HANDLE
        if camera_id == self.steamed_camera_id and _within(STEAM_S, second):
            away = abs(index - STEAMED_WELL - CLOUD_WAY * _share(STEAM_S, second))
            if away < CLOUD_CROPS:
                found["steam"] = DENSEST_STEAM * (1 - away / CLOUD_CROPS / 2)
        return found


class DrawnPlant:
    """Two cameras with 24 crops a frame, drawn when they are asked for; no picture comes twice."""

    cameras = CAMERAS

    def __init__(self, golden: Sequence[Pixels], seed: int = 0) -> None:
        self._wells = {
            (camera_id, index): DrawnWell(golden, (seed, place, index))
            for place, camera_id in enumerate(CAMERAS)
            for index in range(len(WELLS))
        }

    def haste(self, camera_id: str, at_s: float) -> float:  # noqa: ARG002  # as of a plant where more goes wrong
        """Always the ordinary rate."""
        return 1.0

    def frame(self, camera_id: str, number: int, at_s: float) -> list[SimulatedCrop]:  # noqa: ARG002
        """Return the crops of a camera's frame, a crop a well; ``at_s`` counts from the start."""
        now = datetime.now(UTC)
        happening, second = DrawnRound(int(at_s // ROUND_S)), at_s % ROUND_S
        return [
            SimulatedCrop(
                _jpeg(self._wells[camera_id, index].show(**happening.happenings(camera_id, index, second))),
                camera_id,
                well_id,
                now,
            )
            for index, well_id in enumerate(WELLS)
        ]


def _within(span: tuple[float, float], second: float) -> bool:
    return span[0] <= second < span[1]


def _share(span: tuple[float, float], second: float) -> float:
    return (second - span[0]) / (span[1] - span[0])


def _jpeg(picture: Pixels) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
