"""Commissioning a camera while the service runs: how far it is, what it would answer, who arms and disarms it."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import inf
from time import monotonic
from typing import Any, Final, Protocol

from service.contract.artifact import Artifact
from service.contract.commissioning.cut import Terms
from service.contract.errors import Conflict, NotFound, NotReady, Overloaded, Unavailable
from service.contract.journal_entry import new_id
from service.control_room.commissioning.arming_record import ArmingRecord
from service.control_room.commissioning.camera_study import CameraStudy
from service.control_room.commissioning.progress import ProposedCut, progress_of
from service.control_room.commissioning.views import Armed, CameraCut, CameraCutList, CommissioningView, CutSource
from service.judging.armings import OUTDATED, Arming, Armings
from service.judging.model_switch import Cuts, ModelSwitch
from service.judging.serving import Serving
from service.monitoring.cameras_file import Camera
from service.record.journal.receipt import DecisionLog

FRESH_S: Final = 10.0
PATIENCE_S: Final = 8.0
PROPOSAL_S: Final = 900.0
MOST_KEPT: Final = 64
REVIEWS_S: Final = 60.0


class Studies(Protocol):
    """What is known of cameras from the record."""

    async def study(self, camera_id: str, hours: float, artifact: Artifact) -> CameraStudy: ...
    async def terms(self, camera_id: str, artifact: Artifact) -> Terms: ...


@dataclass(frozen=True, slots=True)
class _Offer:
    """A cut that somebody was shown: of which camera and study, when, and which arming it would replace."""

    camera_id: str
    study: CameraStudy
    proposed: ProposedCut
    replaces: str | None
    at: float


class CommissioningDesk:
    """One study at a time; each change of a cut is on record before it counts."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        models: ModelSwitch,
        armings: Armings,
        studies: Studies,
        journal: DecisionLog,
        sending: Callable[[], Collection[str]],
        without_layout: Collection[str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._cameras = cameras
        self._models = models
        self._armings = armings
        self._studies = studies
        self._record = ArmingRecord(armings, journal)
        self._sending = sending
        self._without_layout = without_layout
        self._clock = clock
        self._free = asyncio.Lock()
        self._studied: OrderedDict[tuple[str, float], tuple[float, CameraStudy]] = OrderedDict()
        self._offers: OrderedDict[str, _Offer] = OrderedDict()
        self._leaks_allow: dict[str, tuple[str, float]] = {}

    def cuts(self) -> CameraCutList:
        """Say by which cut each camera is judged.

        Raises:
            NotReady: no artefact is loaded.
        """
        serving = self._models.current()
        items = [self._cut(serving, camera_id) for camera_id in sorted(self._known())]
        return CameraCutList(serving.artifact.id, serving.threshold, items)

    def counts(self) -> Mapping[str, int]:
        """How many cameras are ``armed``, ``outdated`` and ``unarmed``; none while no artefact is loaded."""
        with suppress(NotReady):
            return Counter(one.word for one in self.cuts().items)
        return {}

    def problems(self) -> Mapping[str, str]:
        """Name cameras that were armed with another artefact, or before a milder leak was reviewed, as an incident."""
        with suppress(NotReady):
            serving = self._models.current()
            said = [*self._armings.problems(serving.artifact).values()]
            milder = [camera_id for camera_id in sorted(serving.thresholds) if self._lies_too_high(serving, camera_id)]
            if milder:
                said.append(f"{', '.join(milder)}: a leak was reviewed that the cut may miss: commission again")
            return {OUTDATED: "; ".join(said)} if said else {}
        return {}

    async def keep_up(self) -> None:
        """Ask again and again what reviewers have called a leak of the cameras that have a cut of their own."""
        while True:
            with suppress(Unavailable):
                await self.read_reviews()
            await asyncio.sleep(REVIEWS_S)

    async def read_reviews(self) -> None:
        """Learn which cuts the leaks known by now allow.

        Raises:
            Unavailable: the record cannot be read, or no artefact is loaded.
        """
        serving = self._models.current()
        for camera_id in sorted(serving.thresholds):
            self._learn(camera_id, serving.artifact, await self._studies.terms(camera_id, serving.artifact))

    async def look(self, camera_id: str, hours: float) -> CommissioningView:
        """Study the last hours of a camera, unless that was done a moment ago, and say how far it is.

        Raises:
            NotFound: nothing is known of such a camera.
            Overloaded: others are being studied.
            Unavailable: the record cannot be read, or no artefact is loaded.
        """
        study = await self._study(camera_id, hours)
        if not study.asked and camera_id not in {*self._known(), *self._without_layout}:
            raise NotFound(f"{camera_id} has sent nothing: send its pictures with camera_id={camera_id}")
        self._learn(camera_id, study.artifact, study.terms)
        cut = self._cut(self._models.current(), camera_id)
        camera = self._cameras.get(camera_id)
        view, proposed = progress_of(study, cut, camera, refused_frames=camera_id in self._without_layout)
        if view.proposal is not None and proposed is not None:
            replaces = None if cut.armed is None else cut.armed.event_id
            self._offers[view.proposal.proposal_id] = _Offer(camera_id, study, proposed, replaces, self._clock())
            _bound(self._offers)
        return view

    async def arm(self, camera_id: str, proposal_id: str, operator: str, reason: str) -> CommissioningView:
        """Give a camera the cut that somebody was shown.

        Raises:
            Conflict: it is not what was shown any more: another cut, artefact or leak has become known.
            Unavailable: it cannot be kept, and nothing has changed; or it cannot be looked at afterwards, and says so.
        """
        offer = self._offers.get(proposal_id)
        if offer is None or offer.camera_id != camera_id or self._clock() - offer.at > PROPOSAL_S:
            raise Conflict(f"no such cut was proposed lately for {camera_id}: look at the camera again")
        keep = partial(self._armed, offer, operator, reason)
        await self._models.change_cuts(offer.study.artifact.sha256, keep)
        return await self._look_after("armed", camera_id, offer.study.hours)

    async def disarm(self, camera_id: str, operator: str, reason: str, hours: float) -> CommissioningView:
        """Take back what ``arm`` did; the camera is judged as before anybody armed it.

        Raises:
            Conflict: it was not armed here.
            Unavailable: it cannot be kept, and nothing has changed; or it cannot be looked at afterwards, and says so.
        """
        keep = partial(self._record.disarm, camera_id, operator, reason)
        await self._models.change_cuts(self._models.current().artifact.sha256, keep)
        return await self._look_after("disarmed", camera_id, hours)

    async def _look_after(self, done: str, camera_id: str, hours: float) -> CommissioningView:
        try:
            return await self.look(camera_id, hours)
        except Unavailable as error:
            raise Unavailable(f"{camera_id} is {done}, which is kept; it cannot be looked at now: {error}") from error

    async def _armed(self, offer: _Offer, operator: str, reason: str, serving: Serving) -> Cuts:
        before = self._armings.of(offer.camera_id)
        if (None if before is None else before.event_id) != offer.replaces:
            who = "it was disarmed" if before is None else f"{before.operator} armed it at {before.at:%H:%M:%S} UTC"
            raise Conflict(f"{who} after this was shown: look at the camera again")
        terms = await self._studies.terms(offer.camera_id, serving.artifact)
        if terms.upper != offer.study.terms.upper:
            raise Conflict(f"a leak of {offer.camera_id} was reviewed after this was shown: look at the camera again")
        proposed, study = offer.proposed, offer.study
        arming = Arming(
            event_id=new_id(),
            at=datetime.now(UTC),
            operator=operator,
            reason=reason,
            artifact=serving.artifact.id,
            artifact_sha256=serving.artifact.sha256,
            scores_of=serving.artifact.scores_of,
            cut=proposed.cut.value,
            lowest_leak=terms.lowest_leak,
            leak=proposed.predicted.alarms,
            unknown=proposed.predicted.unknown,
            pictures=proposed.pictures,
            scenes=proposed.scenes,
            pictures_sha256=study.pictures_sha256,
            instead_of=self._armings.in_file(offer.camera_id),
        )
        return await self._record.arm(offer.camera_id, arming, serving)

    def _known(self) -> set[str]:
        return {*self._cameras, *self._armings, *self._sending()}

    def _cut(self, serving: Serving, camera_id: str) -> CameraCut:
        arming = self._armings.of(camera_id)
        source = CutSource.ARTIFACT
        if camera_id in serving.thresholds:
            counts = arming is not None and arming.is_for(serving.artifact)
            source = CutSource.ARMING if counts else CutSource.CAMERAS_FILE
        outdated = camera_id in self._armings.outdated(serving.artifact) or self._lies_too_high(serving, camera_id)
        armed = None if arming is None else Armed.of(arming)
        return CameraCut(camera_id, serving.threshold_of(camera_id).value, source, outdated, armed)

    def _learn(self, camera_id: str, artifact: Artifact, terms: Terms) -> None:
        self._leaks_allow[camera_id] = artifact.sha256, terms.upper

    def _lies_too_high(self, serving: Serving, camera_id: str) -> bool:
        """Whether a camera's own cut lies above what the leaks allow that are known by now."""
        sha256, upper = self._leaks_allow.get(camera_id, ("", inf))
        own = camera_id in serving.thresholds and sha256 == serving.artifact.sha256
        return own and serving.threshold_of(camera_id).value > upper

    async def _study(self, camera_id: str, hours: float) -> CameraStudy:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._free.acquire()
        except TimeoutError as error:
            raise Overloaded("other cameras are being looked at: ask again in a moment") from error
        try:
            artifact = self._models.current().artifact
            at, known = self._studied.get((camera_id, hours), (0.0, None))
            if known is not None and known.artifact.sha256 == artifact.sha256 and self._clock() - at < FRESH_S:
                return known
            study = await self._studies.study(camera_id, hours, artifact)
            if study.asked:
                self._studied[camera_id, hours] = (self._clock(), study)
                _bound(self._studied)
            return study
        finally:
            self._free.release()


def _bound(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
