"""The watch over shift: one number a camera and period, since pictures of one scene are nearly equal."""

import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from pydantic import BaseModel, JsonValue, ValidationError

from service.contract.decision import Decision, Verdict
from service.contract.errors import NotFound
from service.contract.journal_entry import Event, EventKind, new_id
from service.contract.stored_files.durable_file import set_aside, write_durably
from service.monitoring.shift.martingale import ConformalMartingale
from service.setting_groups import ShiftSettings

logger = logging.getLogger(__name__)

FILE: Final = "shift_watch.json"
MOST_CAMERAS: Final = 1000
MOST_WELLS: Final = 2000


class CameraShift(BaseModel):
    """What is known of a camera: the evidence of a shift, and since when it stands, null while it does not.

    ``watch`` counts the watches over the camera, from 1: a person's acceptance or another artefact begins the next one.
    """

    watch: int = 1
    martingale: ConformalMartingale
    began: datetime
    shifted_at: datetime | None = None


class _Kept(BaseModel):
    artifact: str = ""
    cameras: dict[str, CameraShift] = {}
    watches: dict[str, int] = {}


class ShiftWatch:
    """Gathers the scores of good wells; for the event loop's thread alone, but for ``save``.

    Of each well the last score of a period counts, and the median over a camera's wells is the one number that the
    period gives. A shift stands until a person accepts it; meanwhile nothing is taken. Another artefact begins anew, a
    restart goes on. ``lost`` says what became of the file of a watch that had to begin anew.

    The k-th watch over a camera spends ``alpha / (k (k + 1))``, so that all of them together are ever wrong with a
    probability of ``alpha`` at most.
    """

    def __init__(self, artifact: Callable[[], str | None], settings: ShiftSettings, folder: Path, began: float) -> None:
        """Begin without a number; ``began`` is the time now, in seconds since 1970."""
        self._artifact = artifact
        self._settings = settings
        self._path = folder / FILE
        self._period = self._period_of(began)
        self._scores: dict[str, dict[str | None, float]] = {}
        self._kept = _Kept()
        self._unkept: str | None = None
        self.changed = False
        self.lost: str | None = None

    @property
    def cameras(self) -> dict[str, CameraShift]:
        """By camera, what is known of it."""
        return self._kept.cameras

    def ratio(self, camera_id: str) -> float:
        """The evidence as a multiple of what raises the alarm."""
        known = self.cameras.get(camera_id)
        if known is None:
            return 0.0
        return known.martingale.evidence * self._settings.alpha / (known.watch * (known.watch + 1))

    def observe(self, decision: Decision) -> None:
        """Take in a decision."""
        camera_id, score = decision.camera_id, decision.score
        if decision.verdict is not Verdict.NO_LEAK or camera_id is None or score is None:
            return
        wells = self._scores.get(camera_id)
        if wells is None:
            if len(self._scores) >= MOST_CAMERAS:
                return
            wells = self._scores[camera_id] = {}
        if len(wells) < MOST_WELLS or decision.well_id in wells:
            wells[decision.well_id] = score

    def look(self, now: float) -> list[Event]:
        """Take the numbers of a period that is over; return what they give rise to. ``now`` is since 1970."""
        period, artifact = self._period_of(now), self._artifact()
        if artifact is not None and artifact != self._kept.artifact:
            self._begin_anew(artifact)
        if period == self._period:
            return []
        next_one, self._period = period == self._period + 1, period
        scores, self._scores = self._scores, {}
        if not next_one:  # the clock was set, or the machine slept: what was gathered is of no whole period
            return []
        at = datetime.fromtimestamp(now, UTC)
        events = [self._take(camera_id, median(wells.values()), at) for camera_id, wells in scores.items()]
        return [event for event in events if event is not None]

    def accept(self, camera_id: str, operator: str, reason: str) -> Event:
        """Take the scores as they are now for the usual ones: the watch over a camera begins anew.

        Raises:
            NotFound: no shift of that camera stands.
        """
        known = self.cameras.get(camera_id)
        if known is None or known.shifted_at is None:
            raise NotFound(f"no shift of {camera_id} stands")
        now = datetime.now(UTC)
        self.cameras[camera_id] = self._new(camera_id, now)
        self.changed = True
        payload: dict[str, JsonValue] = {"camera_id": camera_id, "operator": operator, "reason": reason}
        return Event(new_id(), EventKind.SHIFT_ACCEPTED, now, camera_id, payload=payload)

    def restore(self, *, expected: bool = False) -> None:
        """Go on where a restart interrupted; blocking. What cannot be read is set aside.

        Args:
            expected: the service has run here before, so that a file that is not there is a loss.
        """
        try:
            self._kept = _Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            self.lost = "it is gone: the watch over shift begins anew" if expected else None
        except (OSError, ValidationError):
            aside = set_aside(self._path)
            self.lost = f"it cannot be read and lies aside as {aside.name}: the watch over shift begins anew"

    def doubts(self) -> dict[str, str]:
        """Say what is wrong with the file."""
        problem = self.lost or self._unkept
        return {} if problem is None else {FILE: problem}

    def content(self) -> str:
        """What ``save`` is to keep."""
        self.changed = False
        return self._kept.model_dump_json()

    def save(self, content: str) -> None:
        """Keep it, durably; blocking, safe in any thread. Where the disk takes nothing the watch goes on."""
        try:
            write_durably(self._path, content)
        except OSError as error:
            self._unkept = f"it cannot be kept ({error.strerror}): after a restart the watch goes on from the last save"
            self.changed = True
        else:
            self._unkept = None

    def _take(self, camera_id: str, number: float, at: datetime) -> Event | None:
        if camera_id not in self.cameras:
            if camera_id not in self._kept.watches and len(self._kept.watches) >= MOST_CAMERAS:
                return None
            self.cameras[camera_id] = self._new(camera_id, at)
        known = self.cameras[camera_id]
        if known.shifted_at is not None or not math.isfinite(number):
            return None
        self.changed = True
        known.martingale.take(number)
        if self.ratio(camera_id) < 1:
            return None
        known.shifted_at = at
        periods, memory = known.martingale.taken, known.martingale.memory
        logger.warning("the scores of a camera have shifted", extra={"camera_id": camera_id, "periods": periods})
        payload: dict[str, JsonValue] = {"camera_id": camera_id, "periods": periods, "memory": memory}
        return Event(new_id(), EventKind.SHIFT, at, camera_id, payload=payload)

    def _new(self, camera_id: str, at: datetime) -> CameraShift:
        seed = f"{self._kept.artifact} {camera_id} {at.isoformat()}"
        self._kept.watches[camera_id] = watch = self._kept.watches.get(camera_id, 0) + 1
        return CameraShift(watch=watch, martingale=ConformalMartingale(seed=seed), began=at)

    def _begin_anew(self, artifact: str) -> None:
        """Scores of another artefact are other numbers."""
        self._kept, self._scores, self.changed = _Kept(artifact=artifact, watches=self._kept.watches), {}, True

    def _period_of(self, now: float) -> int:
        return int(now // self._settings.period_s)
