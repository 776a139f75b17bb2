"""What people see of a camera that is commissioned: its state, what is left to do, what was seen, who armed it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

import numpy as np

from service.contract.commissioning.commissioning import FEWEST_PICTURES, FEWEST_SCENES
from service.contract.commissioning.cut import suspected
from service.contract.commissioning.observation import Observations
from service.contract.commissioning.prediction import Shares
from service.contract.manifest import SceneRate
from service.control_room.answer import ApiAnswer
from service.control_room.commissioning.camera_study import CameraStudy
from service.judging.armings import Arming

BINS: Final = 40
MOST_SUSPECTS: Final = 20


class CommissioningState(StrEnum):
    """How far a camera is."""

    NO_LAYOUT = "no_layout"
    NO_PICTURES = "no_pictures"
    COLLECTING = "collecting"
    REFUSED = "refused"
    READY = "ready"
    ARMED = "armed"
    OUTDATED = "outdated"
    """It was armed with another artefact, or a milder leak has become known since: commission it again."""


class CutSource(StrEnum):
    """Where the cut comes from by which a camera is judged."""

    ARTIFACT = "artifact"
    CAMERAS_FILE = "cameras_file"
    ARMING = "arming"


@dataclass(slots=True)
class RateView:
    """A predicted share of pictures with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, rate: SceneRate) -> Self:
        return cls(rate.value, rate.low, rate.high)


@dataclass(slots=True)
class Armed:
    """Who gave the camera its cut, when and why, with what; ``event_id`` is its place in the record."""

    event_id: str
    at: datetime
    operator: str
    reason: str
    artifact: str
    artifact_sha256: str
    cut: float
    leak: RateView
    unknown: RateView
    pictures: int
    scenes: int
    pictures_sha256: str

    @classmethod
    def of(cls, arming: Arming) -> Self:
        known = {name: getattr(arming, name) for name in cls.__slots__ if name not in {"leak", "unknown"}}
        return cls(**known, leak=RateView.of(arming.leak), unknown=RateView.of(arming.unknown))


@dataclass(slots=True)
class CameraCut:
    """The cut that a camera is judged by, and where it comes from; ``outdated``: it has to be armed anew."""

    camera_id: str
    cut: float
    source: CutSource
    outdated: bool
    armed: Armed | None

    @property
    def word(self) -> str:
        """What it counts as: armed, outdated or unarmed."""
        if self.outdated:
            return "outdated"
        return "unarmed" if self.source is CutSource.ARTIFACT else "armed"


@dataclass(slots=True)
class CameraCutList(ApiAnswer):
    """Every camera that is expected, has sent something or is armed, with the artefact that is served."""

    artifact: str
    threshold: float
    items: list[CameraCut]


@dataclass(slots=True)
class WellPictures:
    """Pictures of a well, of which ``good`` ones were ``no_leak``."""

    well_id: str | None
    pictures: int
    good: int


@dataclass(slots=True)
class Histogram:
    """Pictures by score, in bins of equal ratio: ``edges`` has one more; suspects score as known leaks do."""

    edges: list[float]
    good: list[int]
    doubted: list[int]
    suspects: list[int]


@dataclass(slots=True)
class Seen:
    """What the record holds of the camera: decisions looked at, pictures and scenes, beside what is wanted."""

    hours: float
    decisions: int
    pictures: int
    pictures_wanted: int
    scenes: int
    scenes_wanted: int
    wells: list[WellPictures]
    missing_wells: list[str]
    histogram: Histogram | None = None
    suspects: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, study: CameraStudy, missing_wells: Sequence[str]) -> Self:
        seen, outcome = study.seen, study.outcome
        counts = [WellPictures(well, count, study.good_wells.get(well, 0)) for well, count in study.wells.items()]
        return cls(
            study.hours,
            study.asked,
            0 if outcome is None else outcome.pictures,
            FEWEST_PICTURES,
            0 if outcome is None else outcome.scenes,
            FEWEST_SCENES,
            sorted(counts, key=lambda one: one.well_id or ""),
            list(missing_wells),
            None if seen is None else _histogram(seen, suspected(seen, study.terms)),
            [] if outcome is None else list(outcome.suspects[:MOST_SUSPECTS]),
        )


@dataclass(slots=True)
class Proposal:
    """A cut with which the camera may be armed, named in the call that does so; it holds for a quarter of an hour.

    ``leak`` and ``unknown`` are predicted shares of pictures. ``leak_pictures_a_day`` follows where it is known how
    many pictures come; ``wells_in_alarm`` is how many wells are called ``leak`` at a time, on average.
    """

    proposal_id: str
    cut: float
    good_wells_need: float
    leaks_allow: float
    leak: RateView
    unknown: RateView
    leak_pictures_a_day: float | None
    wells_in_alarm: float | None


@dataclass(slots=True)
class CommissioningView(ApiAnswer):
    """A camera's commissioning. ``next_step`` says what to do; ``refusals`` why it may not be armed now."""

    camera_id: str
    state: CommissioningState
    next_step: str
    artifact: str
    threshold: float
    cut: float
    source: CutSource
    refusals: list[str]
    armed: Armed | None
    seen: Seen
    proposal: Proposal | None


def a_day(rate: Shares, wells: int, pictures_a_day: float | None) -> tuple[float | None, float | None]:
    """Pictures called ``leak`` a day, and wells at a time; None where nobody knows how many there are."""
    return (
        None if pictures_a_day is None else rate.alarms.value * pictures_a_day,
        rate.alarms_by_scene.value * wells if wells else None,
    )


def _histogram(seen: Observations, suspects: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Histogram | None:
    scored = np.isfinite(seen.scores) & (seen.scores > 0)
    if not scored.any():
        return None
    low, high = seen.scores[scored].min(), seen.scores[scored].max()
    edges = np.geomspace(low, max(high, low * 1.01), BINS + 1)
    edges[-1] = max(edges[-1], high)
    parts = (~suspects & ~seen.doubted, ~suspects & seen.doubted, suspects)
    good, doubted, alike = (np.histogram(seen.scores[part & scored], edges)[0].tolist() for part in parts)
    return Histogram(edges.tolist(), good, doubted, alike)
