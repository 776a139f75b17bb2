"""A re-scoring of a time: its counts and its results on disk, from which it goes on after any end."""

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.journal_entry import Review
from service.contract.stored_files.durable_file import write_durably
from service.control_room.what_if.rescoring import Rescored, Rescorer
from service.record.journal.folder_lock import FolderLock
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter

STATE: Final = "job.json"
RESULTS: Final = "decisions.jsonl"
AT_ONCE: Final = 100
MOST_DECISIONS: Final = 2_000_000


class RescoringTally(BaseModel):
    """Counts of decisions that were looked at; ``changed`` by the verdict then and the verdict now.

    ``judged`` pictures were judged again; of the others the verdict stays, or the picture is gone. Of the pictures that
    people have called leaks ``leaks_missed`` get ``no_leak``; of those they have called good, ``good_alarming`` are
    called leak or unknown.
    """

    seen: int = 0
    judged: int = 0
    as_before: int = 0
    picture_gone: int = 0
    changed: dict[Verdict, dict[Verdict, int]] = Field(default_factory=dict)
    leaks_reviewed: int = 0
    leaks_missed_then: int = 0
    leaks_missed_now: int = 0
    good_reviewed: int = 0
    good_alarming_then: int = 0
    good_alarming_now: int = 0

    def count(self, one: Rescored, reviewed: Verdict | None) -> None:
        """Add one decision."""
        self.seen += 1
        setattr(self, one.outcome.value, getattr(self, one.outcome.value) + 1)
        then, now = one.decision.verdict, one.verdict
        if now is None:
            return
        if now is not then:
            row = self.changed.setdefault(then, {})
            row[now] = row.get(now, 0) + 1
        if reviewed is Verdict.LEAK:
            self.leaks_reviewed += 1
            self.leaks_missed_then += then is Verdict.NO_LEAK
            self.leaks_missed_now += now is Verdict.NO_LEAK
        if reviewed is Verdict.NO_LEAK:
            self.good_reviewed += 1
            self.good_alarming_then += then is not Verdict.NO_LEAK
            self.good_alarming_now += now is not Verdict.NO_LEAK


class RescoringOrder(BaseModel):
    """Which artefact judges again, and the decisions of which time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    since: AwareDatetime
    until: AwareDatetime
    camera_id: str | None = None

    @property
    def name(self) -> str:
        """The name of its folder: equal orders are one job."""
        return f"{self.artifact}-{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]}"


class RescoringState(BaseModel):
    """How far a job is; ``progress`` is the share of the time that lies behind it, newest decisions first."""

    order: RescoringOrder
    state: Literal["running", "done", "cancelled", "failed"] = "running"
    problem: str | None = None
    started_at: AwareDatetime
    changed_at: AwareDatetime
    progress: float = 0.0
    cut_short: bool = False
    total: RescoringTally = Field(default_factory=RescoringTally)
    cameras: dict[str, RescoringTally] = Field(default_factory=dict)
    cursor: str | None = None
    result_bytes: int = 0


class RescoringJob:
    """Works through the decisions of an order, some at a time; a page is on disk before the next one begins."""

    def __init__(self, order: RescoringOrder, folder: Path) -> None:
        self._folder = folder / order.name
        self._ending = asyncio.Event()
        self._lock = FolderLock(self._folder / STATE)
        now = datetime.now(UTC)
        self.state = read_state(self._folder) or RescoringState(order=order, started_at=now, changed_at=now)
        if self.state.state != "done":
            self.state.state, self.state.problem = "running", None

    async def run(self, records: Records, rescorer: Rescorer, rest: float = 0.0) -> None:
        """Go on to the end; what it cannot do is said in its state, and the same order goes on from there.

        Args:
            records: of the service.
            rescorer: with the artefact of the order.
            rest: pause after each page, in times of the work on it, so that inspections get the processor.

        Raises:
            SetupError: another process is at work on it.
            LeakInspectionError: what the record or the scorer says; it is in the state, too.
            OSError: its folder cannot be written.
        """
        if self.state.state == "done":
            return
        await asyncio.to_thread(self._begin)
        try:
            await self._work(records, rescorer, rest)
        except Exception as error:
            await asyncio.to_thread(self._end, "failed", str(error))
            raise
        finally:
            self._lock.release()

    async def _work(self, records: Records, rescorer: Rescorer, rest: float) -> None:
        order = self.state.order
        wanted = DecisionFilter(order.since, order.until, order.camera_id)
        while self.state.total.seen < MOST_DECISIONS and not self._ending.is_set():
            started = time.perf_counter()
            page = await records.page(wanted, AT_ONCE, self.state.cursor)
            reviews = await records.reviews([one.decision_id for one in page.decisions])
            rescored = await asyncio.to_thread(rescorer.rescore, page.decisions)
            await asyncio.to_thread(self._keep, rescored, _last(reviews), page.next_cursor)
            if page.next_cursor is None:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), rest * (time.perf_counter() - started))
        self.state.cut_short = not self._ending.is_set()
        await asyncio.to_thread(self._end, "cancelled" if self._ending.is_set() else "done")

    def cancel(self) -> None:
        """Let ``run`` end after the page at hand."""
        self._ending.set()

    def _begin(self) -> None:
        """Leave out what was written of a page that was never counted."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        with self._results("ab") as results:
            results.truncate(self.state.result_bytes)

    def _keep(self, rescored: Sequence[Rescored], reviews: Mapping[str, Verdict], cursor: str | None) -> None:
        state = self.state.model_copy(deep=True)
        for one in rescored:
            reviewed = reviews.get(one.decision.decision_id)
            state.total.count(one, reviewed)
            state.cameras.setdefault(one.decision.camera_id or "", RescoringTally()).count(one, reviewed)
        with self._results("ab") as results:
            results.writelines(_line(one) for one in rescored)
            results.flush()
            os.fsync(results.fileno())
            state.result_bytes = results.tell()
        state.cursor, state.changed_at = cursor, datetime.now(UTC)
        if rescored:
            order = state.order
            state.progress = (order.until - rescored[-1].decision.received_at) / (order.until - order.since)
        if cursor is None:
            state.state, state.progress = "done", 1.0
        self._save(state)
        self.state = state

    def _end(self, how: Literal["done", "cancelled", "failed"], problem: str | None = None) -> None:
        state = self.state
        state.state, state.problem, state.changed_at = how, problem, datetime.now(UTC)
        try:
            self._save(state)
        except OSError as error:
            state.problem = state.problem or f"its end cannot be kept ({error.strerror}): see to the data folder"

    def _save(self, state: RescoringState) -> None:
        write_durably(self._folder / STATE, state.model_dump_json())

    def _results(self, mode: Literal["ab"]) -> IO[bytes]:
        return (self._folder / RESULTS).open(mode)


def read_state(folder: Path) -> RescoringState | None:
    """Return how far the job of a folder was, None where there is none.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return RescoringState.model_validate_json((folder / STATE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise SetupError(f"{folder / STATE} cannot be read: remove {folder} to begin that job anew") from error


def _last(reviews: Mapping[str, Sequence[Review]]) -> dict[str, Verdict]:
    return {decision_id: given[-1].verdict for decision_id, given in reviews.items()}


def _line(one: Rescored) -> bytes:
    """One decision as a line of JSON."""
    decision = one.decision
    line = {
        "decision_id": decision.decision_id,
        "camera_id": decision.camera_id,
        "outcome": one.outcome,
        "then": {"verdict": decision.verdict, "reason": decision.reason, "score": decision.score},
        "now": {"verdict": one.verdict, "reason": one.reason, "score": one.score},
    }
    return json.dumps(line).encode() + b"\n"
