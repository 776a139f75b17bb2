"""The shadow model as the service sees it: chosen, proven, resumed after a restart, dropped; it never answers."""

import asyncio
import itertools
import logging
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import ArtifactError, ArtifactInvalid, NotFound, NotReady, Unavailable
from service.contract.journal_entry import EventKind
from service.contract.run_limit import RunLimit
from service.judging.serving import Serving
from service.judging.shadow.kept import FILE, Kept, ShadowChoice, ShadowFile
from service.judging.shadow.opener import Opened, ShadowOpener
from service.judging.shadow.tally import ShadowTally
from service.judging.shadow.worker import Lot, ShadowWorker
from service.record.event_outbox import Note
from service.setting_groups import ShadowSettings
from service.telemetry.shadow_metrics import ShadowMetrics

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
LOOKS_A_SAVE: Final = 30
SOFTWARE: Final = "service"
"""Who ended it where no person did."""


class Served(Protocol):
    """What says which artefact is served."""

    def current(self) -> Serving:
        """Return it; raise ``NotReady`` where there is none."""


class Archived(Protocol):
    """What keeps pictures."""

    def keep_chosen(self, decision: Decision, data: bytes) -> object:
        """Keep the picture of a decision, whatever its verdict."""


class ShadowRun(NamedTuple):
    """A shadow that works: who chose it and why, its worker, what it has found."""

    choice: ShadowChoice
    worker: ShadowWorker
    limit: RunLimit
    tally: ShadowTally


class ShadowModel:
    """Holds at most one shadow; for the event loop's thread alone, but for the worker that judges.

    Args:
        opener: opens artefacts.
        file: what outlives a restart.
        served: says what is served.
        archive: keeps the pictures of flips.
        settings: share of a core, length of the queue.
        metrics: counts.
        note: keeps events.
    """

    def __init__(
        self,
        opener: ShadowOpener,
        file: ShadowFile,
        served: Served,
        archive: Archived,
        settings: ShadowSettings,
        metrics: ShadowMetrics,
        note: Note,
    ) -> None:
        self._opener = opener
        self._file = file
        self._served = served
        self._archive = archive
        self._settings = settings
        self._metrics = metrics
        self._note = note
        self._changing = asyncio.Lock()
        self._resumed = False
        self._saved = 0
        self.recorded: str | None = None
        """The artefact that is the shadow by the record, as it was at the start."""
        self.run: ShadowRun | None = None
        self.problem: str | None = None
        """Why the one that was chosen does not work, or why its tally cannot be kept."""

    def offer(self, decision: Decision, crop: Crop) -> None:
        """Take in a decision of record; one of so many is judged by the shadow too."""
        if self.run is not None:
            self.run.worker.offer(decision, crop)

    def problems(self) -> dict[str, str]:
        """Say what is wrong, for incidents."""
        return {} if self.problem is None else {"shadow": self.problem}

    async def choose(self, artifact: str, every: int, operator: str, reason: str) -> None:
        """Let an artefact judge one of each ``every`` pictures beside the served one, also after a restart.

        Raises:
            ArtifactError: it is refused as it would be refused as the served one, or it is the served one.
            NotReady: nothing is served that it could be compared with.
            Unavailable: the choice cannot be kept; nothing has changed.
        """
        async with self._changing:
            if self._served.current().artifact.id == artifact:
                raise ArtifactInvalid(f"{artifact} is served already: name another one to compare with it")
            opened = await self._opener.open(artifact)
            choice = ShadowChoice(
                artifact=opened.serving.artifact.id,
                artifact_sha256=opened.serving.artifact.sha256,
                every=every,
                operator=operator,
                reason=reason,
                since=datetime.now(UTC),
            )
            tally = ShadowTally(against=self._served.current().artifact.id)
            try:
                await asyncio.to_thread(self._file.write, Kept(choice=choice, tally=tally).model_dump_json())
            except Unavailable:
                opened.limit.close()
                raise
            self._resumed = True
            await self._end(operator, f"{artifact} in its place: {reason}")
            self._begin(choice, opened, tally)
            said = {"operator": operator, "reason": reason}
            await self._note(EventKind.SHADOW_STARTED, {"artifact": choice.artifact, "every": every, **said})

    async def drop(self, operator: str, reason: str) -> None:
        """Judge nothing beside the served artefact any more.

        Raises:
            NotFound: there is no shadow.
            Unavailable: it has ended, but would come back with a restart.
        """
        async with self._changing:
            if self.run is None and self.problem is None:
                raise NotFound("there is no shadow model")
            await self._dropped(operator, reason)

    async def keep(self) -> None:
        """Resume what was chosen before a restart, end what is served by now, and save the tally; for ever."""
        for look in itertools.count():
            await self._look(save=look % LOOKS_A_SAVE == 0)
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Stop, and save what was found."""
        run, self.run = self.run, None
        if run is not None:
            _stop(run)
            await self._save(run)

    async def _look(self, *, save: bool) -> None:
        async with self._changing:
            if save and not self._resumed:
                await self._resume()
            run = self.run
            if run is None:
                return
            self._metrics.cost(run.worker.cost)
            if self._served_id() == run.choice.artifact:
                await self._dropped(SOFTWARE, "it is served now")
            elif save and run.tally.judged != self._saved:
                await self._save(run)

    async def _resume(self) -> None:
        """Go on with what was chosen; what is refused is reported, and tried again until it is dropped."""
        try:
            kept = await asyncio.to_thread(self._file.read)
            if kept is None and self.recorded is not None:
                raise ArtifactInvalid(f"{FILE} is gone, {self.recorded} was chosen: choose it anew, or drop it")
            if kept is not None:
                opened = await self._opener.open(kept.choice.artifact, kept.choice.artifact_sha256)
                self._begin(kept.choice, opened, kept.tally)
        except (ArtifactError, Unavailable) as error:
            if self.problem is None:
                logger.error("shadow model refused", extra={"refusal": str(error)})  # noqa: TRY400  # no trace is needed
            self.problem = f"the shadow model is refused: {error}"
        else:
            self._resumed, self.problem = True, None

    def _begin(self, choice: ShadowChoice, opened: Opened, tally: ShadowTally) -> None:
        loop = asyncio.get_running_loop()

        def judged(served: Decision, shadow: Decision, image: bytes) -> None:
            loop.call_soon_threadsafe(self._judged, worker, served, shadow, image)

        worker = ShadowWorker(opened.serving, Lot(choice.every), self._settings, judged)
        self.run, self._saved, self.problem = ShadowRun(choice, worker, opened.limit, tally), tally.judged, None
        self._metrics.started(opened.serving.identity)
        worker.start()
        logger.info("shadow model begins", extra={"artifact": choice.artifact, "every": choice.every})

    def _judged(self, worker: ShadowWorker, served: Decision, shadow: Decision, image: bytes) -> None:
        run = self.run
        if run is None or run.worker is not worker or served.model.artifact == run.choice.artifact:
            return
        if run.tally.against != served.model.artifact:  # agreement with another one proves nothing of this one
            self.run = run = run._replace(tally=ShadowTally(against=served.model.artifact))
        self._metrics.judged(served, shadow)
        if run.tally.add(served, shadow):
            self._archive.keep_chosen(served, image)

    async def _dropped(self, operator: str, reason: str) -> None:
        await self._end(operator, reason)
        self._resumed = True
        try:
            await asyncio.to_thread(self._file.remove)
        except OSError as error:
            self.problem = f"what is kept of the shadow model cannot be removed ({error.strerror}): drop it again"
            raise Unavailable(self.problem) from error
        self.problem = None

    async def _end(self, operator: str, reason: str) -> None:
        run, self.run = self.run, None
        lost, self.recorded = self.recorded, None
        if run is None:
            if lost is not None:  # the record would ask for it again at each start
                await self._note(EventKind.SHADOW_ENDED, {"artifact": lost, "operator": operator, "reason": reason})
            return
        _stop(run)
        self._metrics.ended()
        said = {"artifact": run.choice.artifact, "operator": operator, "reason": reason}
        await self._note(EventKind.SHADOW_ENDED, {**said, "judged": run.tally.judged, "flips": run.tally.flipped})

    async def _save(self, run: ShadowRun) -> None:
        judged, text = run.tally.judged, Kept(choice=run.choice, tally=run.tally).model_dump_json()
        try:
            await asyncio.to_thread(self._file.write, text)
        except Unavailable as error:
            self.problem = f"the tally of the shadow model: {error}"
        else:
            self._saved, self.problem = judged, None

    def _served_id(self) -> str | None:
        try:
            return self._served.current().artifact.id
        except NotReady:
            return None


def _stop(run: ShadowRun) -> None:
    run.worker.stop()
    run.limit.close()
