"""What-if questions of people: tables that are read once and kept for a while, one question at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple, TypeVar

import numpy as np

from service.contract.artifact import Artifact
from service.contract.decision import Decision, Judgement, Verdict
from service.contract.errors import MalformedField, Overloaded, Unavailable
from service.contract.manifest import Threshold
from service.control_room.what_if.outcome import Baseline, WhatIf, baseline, what_if
from service.control_room.what_if.rejudging import VERDICTS, Booleans, Codes, rejudged
from service.control_room.what_if.score_table import NOT_REVIEWED, ScoreTable, read_table
from service.judging.serving import Serving
from service.record.camera_sample import reviewed_leaks
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.record.queries.scored import decisions_of
from service.setting_groups import AlarmRule

T = TypeVar("T")

ReadScores = Callable[[ReportRange, frozenset[str], float], Awaitable[ScoreTable]]
"""Takes a time, the artefacts whose scores are meant and the ratio of sure leaks."""

MOST_TABLES: Final = 2
KEPT_FOR: Final = timedelta(minutes=10)
MOST_WAITING: Final = 16


@dataclass(frozen=True, slots=True)
class FlipFilter:
    """Which changed decisions are listed: by the verdict before, the verdict after, and what people have said."""

    before: Verdict | None = None
    after: Verdict | None = None
    reviewed: Verdict | None = None


@dataclass(frozen=True, slots=True)
class WhatIfFlip:
    """A decision whose verdict would be another one; ``threshold`` is the one that says so."""

    decision: Decision
    now: Judgement
    threshold: float
    reviewed: Verdict | None


@dataclass(frozen=True, slots=True)
class FlipPage:
    """Some flips, newest first, of ``total``; what has been deleted meanwhile is left out."""

    flips: list[WhatIfFlip]
    total: int


class WhatIfDesk:
    """Answers what a threshold would have done; a table is read anew when it is old or another model is served.

    One question is worked on and one table is read at a time, in threads: many at once would take the processor from
    inspections.
    """

    def __init__(
        self,
        records: Records,
        rule: AlarmRule,
        served: Callable[[], Serving],
        same_scores: Callable[[Artifact], frozenset[str]],
        patience_s: float | None = None,
        read: ReadScores | None = None,
    ) -> None:
        """Make a desk.

        Args:
            records: of the service.
            rule: of confirmation.
            served: says what is served.
            same_scores: names the artefacts that have the scores of one.
            patience_s: after which somebody who waits for a reading is told to come again; None: never.
            read: as :func:`read_table` in threads here, which None does; inspections want it elsewhere.
        """
        self._records = records
        self._rule = rule
        self._served = served
        self._same_scores = same_scores
        self._known: OrderedDict[ReportRange, Baseline] = OrderedDict()
        self._patience_s = patience_s
        self._read_scores = read or partial(read_table, records)
        self._reading: dict[ReportRange, asyncio.Task[Baseline]] = {}
        self._turn = asyncio.Lock()
        self._reads = asyncio.Lock()
        self._waiting = 0

    async def changes(self, wanted: ReportRange, threshold: float) -> WhatIf:
        """Count what a threshold, above 0, would have changed in the decisions of a time.

        Raises:
            NotReady: nothing is served.
            Overloaded: too many such questions wait.
            Unavailable: the decisions are being read, which takes longer; or as every search of the record.
            TooBroad: as every search of the record.
        """
        return await self._ask(wanted, lambda base: what_if(base, threshold))

    async def flips(
        self, wanted: ReportRange, threshold: float, which: FlipFilter, offset: int, limit: int
    ) -> FlipPage:
        """List decisions whose verdict would be another one; raises as :meth:`changes`."""
        rows, total = await self._ask(wanted, lambda base: _flipped(base, threshold, which, offset, limit))
        sequences = [row.sequence for row in rows]
        found = await self._records.ask(lambda connection: decisions_of(connection, sequences))
        decisions = {number: entry for number, entry in found if isinstance(entry, Decision)}
        return FlipPage(
            [
                WhatIfFlip(decision, rejudged(decision, row.tried), row.tried.value, row.reviewed)
                for row in rows
                if (decision := decisions.get(row.sequence)) is not None
            ],
            total,
        )

    async def require_leaks_found(self, threshold: float) -> None:
        """Do nothing where the threshold finds every reviewed leak that the served one finds.

        Raises:
            MalformedField: it does not.
            NotReady: nothing is served.
            Unavailable: the record cannot be read, so nobody knows.
        """
        serving = self._served()
        if threshold <= serving.threshold:
            return
        artifacts = await asyncio.to_thread(self._same_scores, serving.artifact)
        scores = await reviewed_leaks(self._records, artifacts)
        lost = [score for score in scores if serving.threshold <= score < threshold]
        if lost:
            raise MalformedField(
                f"threshold: {len(lost)} reviewed leaks score less and would pass: choose at most {min(lost):.8g}, "
                "or correct the reviews of those that are none"
            )

    async def close(self) -> None:
        """Give up what is being read."""
        reading = [*self._reading.values()]
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    async def _ask(self, wanted: ReportRange, question: Callable[[Baseline], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Overloaded(f"{self._waiting} what-if questions wait already: try again")
        self._waiting += 1
        try:
            base = await self._baseline(wanted)
            async with self._turn:
                return await asyncio.to_thread(question, base)
        finally:
            self._waiting -= 1

    async def _baseline(self, wanted: ReportRange) -> Baseline:
        """What is known of a time; where it must be read for long first, that goes on and whoever asks comes again."""
        serving, known = self._served(), self._known.get(wanted)
        # A table of the future was read before the clock was set back: nobody knows how old it is.
        age = timedelta() if known is None else datetime.now(UTC) - known.table.read_at
        if known is not None and known.serving is serving and timedelta() <= age <= KEPT_FOR:
            self._known.move_to_end(wanted)
            return known
        task = self._reading.get(wanted)
        if task is None:
            if len(self._reading) >= MOST_TABLES:
                raise Overloaded("the decisions of other times are being read: try again")
            task = self._reading[wanted] = asyncio.create_task(self._read(wanted, serving))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        if not (await asyncio.wait({task}, timeout=self._patience_s))[0]:
            raise Unavailable("the decisions of this time are being read: ask again in some seconds")
        return task.result()

    async def _read(self, wanted: ReportRange, serving: Serving) -> Baseline:
        try:
            async with self._reads:
                self._known.pop(wanted, None)
                while len(self._known) >= MOST_TABLES:
                    self._known.popitem(last=False)
                artifacts = await asyncio.to_thread(self._same_scores, serving.artifact)
                table = await self._read_scores(wanted, artifacts, self._rule.sure_ratio)
                self._known[wanted] = base = await asyncio.to_thread(baseline, serving, table, self._rule)
                return base
        finally:
            del self._reading[wanted]


class _FlipRow(NamedTuple):
    sequence: int
    tried: Threshold
    reviewed: Verdict | None


def _flipped(
    base: Baseline, threshold: float, which: FlipFilter, offset: int, limit: int
) -> tuple[list[_FlipRow], int]:
    table, cuts = base.table, base.cuts(threshold)
    by_camera = [base.verdicts(rows, cut) for rows, cut in zip(table.rows_of_cameras(), cuts, strict=True)]
    now = np.concatenate([np.zeros(0, np.uint8), *by_camera])
    rows = np.flatnonzero(_matches(table, now, which))
    newest = rows[np.lexsort((table.sequence[rows], table.at[rows]))[::-1]][offset : offset + limit]
    return [
        _FlipRow(
            int(table.sequence[row]),
            cuts[table.camera[row]].tried,
            None if table.review[row] == NOT_REVIEWED else VERDICTS[table.review[row]],
        )
        for row in newest.tolist()
    ], len(rows)


def _matches(table: ScoreTable, now: Codes, which: FlipFilter) -> Booleans:
    found: Booleans = now != table.verdict
    for column, verdict in ((table.verdict, which.before), (now, which.after), (table.review, which.reviewed)):
        if verdict is not None:
            found = found & (column == VERDICTS.index(verdict))
    return found
