"""Which pictures have been judged already: the recent ones in memory, the rest by asking the journal's file."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from service.contract.decision import Decision

MOST_CAMERAS = 1024
NEVER = -math.inf
AHEAD_S = 1.0
"""Clocks of cameras may be ahead by that much: such pictures are not from the future, and need no search."""


class Sighting(NamedTuple):
    """What makes two pictures the same one; ``captured_at`` tells a repetition from a frozen camera."""

    camera_id: str | None
    well_id: str | None
    captured_at: datetime
    image_sha256: str


def sighting_of(decision: Decision) -> Sighting | None:
    """Return the sighting behind a decision, or None where the sender did not say when the picture was taken."""
    if decision.captured_at is None:
        return None
    return Sighting(decision.camera_id, decision.well_id, decision.captured_at, decision.image_sha256)


class Sightings:
    """The last decisions by sighting, and how far back a camera's forgotten ones reach.

    A picture taken after the horizon of its camera is not among the forgotten ones, so the many new pictures never
    need a search on disk. What claims to come from the future, by more than ``AHEAD_S``, never moves a horizon, and is
    always searched for.
    """

    def __init__(
        self, capacity: int, newest_capture: datetime | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._capacity = capacity
        self._clock = clock
        self._recent: OrderedDict[Sighting, Decision] = OrderedDict()
        self._start_horizon = NEVER if newest_capture is None else min(newest_capture.timestamp(), clock() + AHEAD_S)
        self._horizons: dict[str | None, float] = {}

    def claim(self, decision: Decision) -> Decision | None:
        """Remember a decision, unless its picture has one already: then return that one."""
        sighting = sighting_of(decision)
        if sighting is None:
            return None
        earlier = self._recent.setdefault(sighting, decision)
        if earlier is not decision:
            return earlier
        if len(self._recent) > self._capacity:
            self._forget_oldest()
        return None

    def recall(self, sighting: Sighting) -> Decision | None:
        """Return the recent decision on a picture."""
        return self._recent.get(sighting)

    def forget(self, decision: Decision) -> None:
        """Take back a claim whose decision could not be kept."""
        sighting = sighting_of(decision)
        if sighting is not None and self._recent.get(sighting) is decision:
            del self._recent[sighting]

    def may_be_forgotten(self, sighting: Sighting) -> bool:
        """Say whether a picture that is not recalled may yet be on disk."""
        captured = sighting.captured_at.timestamp()
        horizon = self._horizons.get(sighting.camera_id, self._start_horizon)
        return captured <= horizon or captured > self._clock() + AHEAD_S

    def _forget_oldest(self) -> None:
        sighting, _ = self._recent.popitem(last=False)
        if self.may_be_forgotten(sighting):
            return  # it is searched for as it is
        captured = sighting.captured_at.timestamp()
        if sighting.camera_id in self._horizons or len(self._horizons) < MOST_CAMERAS:
            self._horizons[sighting.camera_id] = captured
        else:
            self._start_horizon = captured
