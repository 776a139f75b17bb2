"""A simulated plant: which crops a camera shows at a moment, with everything that goes wrong there and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import cv2
import numpy as np

from service.contract.errors import PictureError, SetupError
from service.contract.picture import Pixels, decode
from service.simulation.events import PlantEvent
from service.simulation.gallery import Gallery

ALTERED_KEPT = 4096


@dataclass(frozen=True, slots=True)
class SimulatedCrop:
    """A picture of one well as the camera sends it."""

    image: bytes
    camera_id: str
    well_id: str
    captured_at: datetime


class Plant:
    """Cameras ``cam-1``, ``cam-2``, ... with ``wells`` crops a frame: the halves ``1a``, ``1b``, ``2a``, ..."""

    def __init__(self, gallery: Gallery, cameras: int, wells: int, events: Sequence[PlantEvent] = ()) -> None:
        if any(event.kind == "leak" for event in events) and not gallery.leaks:
            raise SetupError("a leak is asked for, but there is no picture of one: put some into a folder `leak`")
        self.cameras = tuple(f"cam-{number + 1}" for number in range(cameras))
        self.wells = tuple(f"{index // 2 + 1}{'ab'[index % 2]}" for index in range(wells))
        self._gallery = gallery
        self._events = tuple(events)

    def haste(self, camera_id: str, at_s: float) -> float:
        """How many times the ordinary rate the camera sends now; 0 while it is unplugged."""
        happening = [event for event in self._events if event.concerns(camera_id, at_s)]
        if any(event.kind == "pause" for event in happening):
            return 0.0
        return max((event.amount for event in happening if event.kind == "burst"), default=1.0)

    def frame(self, camera_id: str, number: int, at_s: float) -> list[SimulatedCrop]:
        """Return the crops of a camera's frame, a crop a well; ``at_s`` counts from the start of the simulation."""
        now = datetime.now(UTC)
        return [self._crop(camera_id, index, number, at_s, now) for index in range(len(self.wells))]

    def _crop(self, camera_id: str, index: int, number: int, at_s: float, now: datetime) -> SimulatedCrop:
        well_id = self.wells[index]
        events = [event for event in self._events if event.concerns(camera_id, at_s, well_id)]
        kinds = {event.kind for event in events}
        pictures = self._gallery.leaks if "leak" in kinds else self._gallery.good
        shift = 0 if "frozen" in kinds else number
        place = self.cameras.index(camera_id) * len(self.wells) + index
        image = pictures[(place * 7919 + shift) % len(pictures)]  # a prime, so that wells do not follow each other
        for event in events:
            if event.kind in ALTERATIONS:
                image = _altered(image, event.kind, event.amount)
            elif event.kind == "stale":
                now -= timedelta(seconds=event.amount)
        return SimulatedCrop(image, camera_id, well_id, now)


@lru_cache(maxsize=ALTERED_KEPT)
def _altered(image: bytes, kind: str, amount: float) -> bytes:
    return ALTERATIONS[kind](image, amount)


def _redrawn(draw: Callable[[Pixels, float], object]) -> Callable[[bytes, float], bytes]:
    def redraw(image: bytes, amount: float) -> bytes:
        try:
            picture = np.clip(np.asarray(draw(decode(image), amount)), 0, 255).astype(np.uint8)
        except PictureError:  # the service, too, will see a file that nobody can decode
            return image
        return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()

    return redraw


ALTERATIONS: dict[str, Callable[[bytes, float], bytes]] = {
    "black": _redrawn(lambda picture, _: np.zeros_like(picture)),
    "white": _redrawn(lambda picture, _: np.full_like(picture, 255)),
    "dim": _redrawn(lambda picture, share: picture * share),
    "blur": _redrawn(lambda picture, sigma: cv2.GaussianBlur(picture, (0, 0), sigma)),
    "broken": lambda image, share: image[: int(len(image) * share)],
}
