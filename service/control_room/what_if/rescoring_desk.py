"""Re-scorings of a running service: one at a time, half of a processor's core at most."""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import AlreadyRunning, NotFound, SetupError, Unavailable
from service.control_room.what_if.rescoring import Rescorer
from service.control_room.what_if.rescoring_job import (
    RESULTS,
    STATE,
    RescoringJob,
    RescoringOrder,
    RescoringState,
    read_state,
)
from service.judging.serving import Serving
from service.record.archive.folder import ArchiveFolder
from service.record.queries.records import Records

FOLDER: Final = "what_if"
KEPT_JOBS: Final = 5
REST: Final = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RescoredFlip:
    """A decision to whose picture the other artefact gives another verdict; ``score`` is the other one's."""

    decision: Decision
    verdict: Verdict
    reason: Reason
    score: float | None


class RescoringDesk:
    """Starts, shows and cancels the job; its folder keeps the last ones."""

    def __init__(
        self, folder: Path, records: Records, archive: ArchiveFolder, open_artifact: Callable[[str], Serving]
    ) -> None:
        self._folder = folder / FOLDER
        self._records = records
        self._archive = archive
        self._open = open_artifact
        self._job: RescoringJob | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def start(self, order: RescoringOrder) -> RescoringState:
        """Begin a job, or go on with one of the same order that has ended before it was done.

        Raises:
            AlreadyRunning: there is one at work.
            ArtifactError: the artefact cannot be used.
            Unavailable: what there is of the job cannot be read.
        """
        async with self._starting:
            if self._task is not None and not self._task.done():
                raise AlreadyRunning("a re-scoring is at work: wait for its end, or cancel it")
            serving = await asyncio.to_thread(self._open, order.artifact)
            try:
                self._job = await asyncio.to_thread(RescoringJob, order, self._folder)
            except SetupError as error:
                raise Unavailable(str(error)) from error
            await asyncio.to_thread(_forget_old, self._folder, order.name)
            self._task = asyncio.create_task(self._run(self._job, Rescorer(self._archive, serving)))
            return self._job.state

    async def latest(self) -> RescoringState | None:
        """Return the job at work, or else the last one, or None where there was none.

        Raises:
            Unavailable: the last one cannot be read; an older one would pass for it.
        """
        if self._job is not None:
            return self._job.state
        for folder in await asyncio.to_thread(_newest_first, self._folder):
            try:
                state = await asyncio.to_thread(read_state, folder)
            except SetupError as error:
                raise Unavailable(str(error)) from error
            if state is not None:
                return _without_worker(state)
        return None

    async def cancel(self) -> RescoringState:
        """End the job at work; its results stay, and the same order goes on from there.

        Raises:
            NotFound: none is at work.
        """
        if self._job is None or self._task is None or self._task.done():
            raise NotFound("no re-scoring is at work")
        await self.close()
        return self._job.state

    async def close(self) -> None:
        """End what is at work, for it to go on later."""
        if self._job is not None and self._task is not None:
            self._job.cancel()
            await asyncio.wait({self._task})

    async def flips(self, offset: int, limit: int) -> list[RescoredFlip]:
        """List decisions of the last job with another verdict, in its order.

        Raises:
            NotFound: there was no job.
            Unavailable: it cannot be read.
        """
        if (state := await self.latest()) is None:
            raise NotFound("no re-scoring was ever begun here")
        path = self._folder / state.order.name / RESULTS
        lines = await asyncio.to_thread(lambda: list(islice(_flips(path), offset, offset + limit)))
        known = await self._records.decisions([line["decision_id"] for line in lines])
        return [
            RescoredFlip(known[line["decision_id"]], Verdict(now["verdict"]), Reason(now["reason"]), now["score"])
            for line in lines
            if line["decision_id"] in known and (now := line["now"])
        ]

    async def _run(self, job: RescoringJob, rescorer: Rescorer) -> None:
        try:
            await job.run(self._records, rescorer, REST)
        except Exception:
            logger.exception("a re-scoring failed")


def _newest_first(folder: Path) -> list[Path]:
    states = sorted(folder.glob(f"*/{STATE}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [path.parent for path in states]


def _forget_old(folder: Path, kept: str) -> None:
    for old in [path for path in _newest_first(folder) if path.name != kept][KEPT_JOBS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _without_worker(state: RescoringState) -> RescoringState:
    if state.state != "running":
        return state
    problem = "the service ended before it was done: begin it again, and it goes on"
    return state.model_copy(update={"state": "cancelled", "problem": problem})


def _flips(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with path.open("rb") as lines:
        for text in lines:
            line = json.loads(text)
            if line["now"]["verdict"] not in {None, line["then"]["verdict"]}:
                yield line
