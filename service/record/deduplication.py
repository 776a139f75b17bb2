"""Which pictures have been judged already: the recent ones in memory, the rest by asking the journal's file."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from service.contract.decision import Decision
from service.contract.journal_entry import Entry

MOST_CAMERAS = 1024
NEVER = -math.inf
AHEAD_S = 1.0
"""Clocks of cameras may be ahead by that much: such pictures are not from the future, and need no search."""


class DeduplicationKey(NamedTuple):
    """What makes two pictures the same one; ``captured_at`` tells a repetition from a frozen camera."""

    camera_id: str | None
    well_id: str | None
    captured_at: datetime
    image_sha256: str


def key_of(decision: Decision) -> DeduplicationKey | None:
    """Return the key of a decision, or None where the sender did not say when the picture was taken."""
    if decision.captured_at is None:
        return None
    return DeduplicationKey(decision.camera_id, decision.well_id, decision.captured_at, decision.image_sha256)


class Deduplication:
    """The last decisions by key, and how far back a camera's forgotten ones reach.

    A picture taken after the horizon of its camera is not among the forgotten ones, so the many new pictures never
    need a search on disk. What claims to come from the future, by more than ``AHEAD_S``, never moves a horizon, and is
    always searched for.
    """

    def __init__(
        self, capacity: int, newest_capture: datetime | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._capacity = capacity
        self._clock = clock
        self._recent: OrderedDict[tuple[str | None, str | None, datetime, str], Decision] = OrderedDict()
        self._start_horizon = NEVER if newest_capture is None else min(newest_capture.timestamp(), clock() + AHEAD_S)
        self._horizons: dict[str | None, float] = {}

    def first(self, entry: Entry) -> Entry:
        """Remember an entry; return that of record: an earlier decision on the same picture, else the entry itself."""
        if not isinstance(entry, Decision) or entry.captured_at is None:
            return entry
        # Equal to its DeduplicationKey, and made in a tenth of the time.
        key = (entry.camera_id, entry.well_id, entry.captured_at, entry.image_sha256)
        earlier = self._recent.setdefault(key, entry)
        if earlier is entry and len(self._recent) > self._capacity:
            self._forget_oldest()
        return earlier

    def recall(self, key: DeduplicationKey) -> Decision | None:
        """Return the recent decision on a picture."""
        return self._recent.get(key)

    def forget(self, entries: Iterable[Entry]) -> None:
        """Forget decisions that could not be kept."""
        for entry in entries:
            key = key_of(entry) if isinstance(entry, Decision) else None
            if key is not None and self._recent.get(key) is entry:
                del self._recent[key]

    def may_be_forgotten(self, key: DeduplicationKey) -> bool:
        """Say whether a picture that is not recalled may yet be on disk."""
        return self._may_be_forgotten(key.camera_id, key.captured_at.timestamp())

    def _may_be_forgotten(self, camera_id: str | None, captured: float) -> bool:
        horizon = self._horizons.get(camera_id, self._start_horizon)
        return captured <= horizon or captured > self._clock() + AHEAD_S

    def _forget_oldest(self) -> None:
        (camera_id, _, captured_at, _), _ = self._recent.popitem(last=False)
        captured = captured_at.timestamp()
        if self._may_be_forgotten(camera_id, captured):
            return  # it is searched for as it is
        if camera_id in self._horizons or len(self._horizons) < MOST_CAMERAS:
            self._horizons[camera_id] = captured
        else:
            self._start_horizon = captured
