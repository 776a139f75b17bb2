"""The decisions of a time as columns in memory: read once, then judged again with any cut within milliseconds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from service.contract.decision import Reason, Verdict
from service.control_room.what_if.rejudging import VERDICTS, Booleans, Codes, CutPart, Floats, part_of
from service.record.queries.cursor import Cursor
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.record.queries.scored import (
    ScoredRows,
    artifacts_on_record,
    ratio_of,
    reviewed_sequences,
    scored_decisions,
)

MOST_DECISIONS: Final = 2_000_000
"""A row takes 34 bytes, and twice as many while they are put in order."""

AT_ONCE: Final = 2000
_CODE: Final = {verdict.value: code for code, verdict in enumerate(VERDICTS)}
_PART: Final = {reason.value: part_of(reason, 0.0) for reason in Reason}
NOT_REVIEWED: Final = 255

Integers = NDArray[np.int64]
Places = NDArray[np.int32]
Rows = NDArray[np.void]

ROW: Final = np.dtype(
    [
        ("camera", np.int32),
        ("well", np.int32),
        ("sequence", np.int64),
        ("at", np.int64),
        ("verdict", np.uint8),
        ("part", np.uint8),
        ("score", np.float64),
        ("sure", np.bool_),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Columns [N] of the decisions with the scores of one model, ordered by camera, well and time.

    ``camera`` is a place in ``cameras``, verdicts and reviews are places in ``VERDICTS`` (255: not reviewed), ``sure``
    are leaks that alarmed at once. ``others`` decisions came from other models, whose scores no cut of this one
    judges; ``cut_short`` says that there were older ones, for which there was no place.
    """

    wanted: ReportRange
    artifacts: frozenset[str]
    read_at: datetime
    cameras: Sequence[str | None]
    camera: Places
    sequence: Integers
    at: Integers
    verdict: Codes
    part: Codes
    score: Floats
    sure: Booleans
    starts: Booleans
    nameless: Booleans
    review: Codes
    others: int
    cut_short: bool

    def rows_of_cameras(self) -> list[slice]:
        """Where the rows of each camera are, in the order of ``cameras``."""
        bounds = np.searchsorted(self.camera, np.arange(len(self.cameras) + 1)).tolist()
        return [slice(begin, end) for begin, end in pairwise(bounds)]


class _Reader:
    """Turns rows into columns; names of cameras and wells become numbers."""

    def __init__(self, wanted: ReportRange, artifacts: frozenset[str], sure_ratio: float, at_once: int) -> None:
        self._wanted = wanted
        self._artifacts = artifacts
        self._sure_ratio = sure_ratio
        self._at_once = at_once
        self._models: dict[int, str] = {}
        self._place: Cursor | None = None
        self._chunks: list[Rows] = []
        self.cameras: dict[str | None, int] = {}
        self.wells: dict[tuple[str | None, str | None], int] = {}
        self.others = 0

    def read(self, connection: Connection) -> int:
        """Take in the next rows; return how many they were."""
        found = scored_decisions(connection, self._wanted, self._place, self._at_once)
        number = len(found.at)
        if number == 0:
            return 0
        if not self._models.keys() >= set(found.model):
            self._models = artifacts_on_record(connection)
        self._place = Cursor(found.at[-1], found.sequence[-1])
        rows = self._rows(found)
        ours = [self._models.get(model) in self._artifacts for model in found.model]
        self._chunks.append(rows if all(ours) else rows[np.array(ours)])
        self.others += number - len(self._chunks[-1])
        return number

    def has_more(self, connection: Connection) -> bool:
        return bool(scored_decisions(connection, self._wanted, self._place, 1).at)

    def columns(self) -> Rows:
        """All rows, ordered by camera, well and time."""
        rows = np.concatenate(self._chunks) if self._chunks else np.zeros(0, ROW)
        self._chunks.clear()
        return rows[np.lexsort((rows["sequence"], rows["at"], rows["well"], rows["camera"]))]

    def _rows(self, found: ScoredRows) -> Rows:
        """Column by column: row by row it would take the interpreter from inspections for thrice as long."""
        cameras, wells = self.cameras, self.wells
        rows = np.zeros(len(found.at), ROW)
        rows["camera"] = [cameras.setdefault(camera, len(cameras)) for camera in found.camera_id]
        pairs = zip(found.camera_id, found.well_id, strict=True)
        rows["well"] = [wells.setdefault(pair, len(wells)) for pair in pairs]
        rows["sequence"], rows["at"], rows["score"] = found.sequence, found.at, np.array(found.score, np.float64)
        rows["verdict"] = [_CODE[verdict] for verdict in found.verdict]
        rows["part"] = [_PART[reason] for reason in found.reason]
        rows["part"][np.isnan(rows["score"])] = CutPart.NONE
        rows["sure"] = [text is not None and ratio_of(text) >= self._sure_ratio for text in found.figures]
        return rows


async def read_table(
    records: Records,
    wanted: ReportRange,
    artifacts: frozenset[str],
    sure_ratio: float,
    most: int = MOST_DECISIONS,
    at_once: int = AT_ONCE,
) -> ScoreTable:
    """Read the newest decisions of a time, some thousand at once, so that no other question waits for long.

    Args:
        records: of the service.
        wanted: which time, and which camera where one is named.
        artifacts: whose scores are meant.
        sure_ratio: of the rule of confirmation.
        most: when this many have been read, older ones are left out.
        at_once: how many one statement reads.
    """
    reader, read, read_at = _Reader(wanted, artifacts, sure_ratio, at_once), 0, datetime.now(UTC)
    while (rows := await records.ask(reader.read)) == at_once and (read := read + rows) < most:
        pass
    cut_short = read >= most and await records.ask(reader.has_more)
    reviews = await records.ask(lambda connection: reviewed_sequences(connection, wanted))
    return await asyncio.to_thread(_table, reader, wanted, artifacts, read_at, reviews, cut_short)


def _table(
    reader: _Reader,
    wanted: ReportRange,
    artifacts: frozenset[str],
    read_at: datetime,
    reviews: Mapping[int, Verdict],
    cut_short: bool,  # called by place in a thread
) -> ScoreTable:
    rows = reader.columns()
    nameless = np.array([well is None for _, well in reader.wells] or [False], bool)
    column = {name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()}
    well = column.pop("well")
    return ScoreTable(
        wanted=wanted,
        artifacts=artifacts,
        read_at=read_at,
        cameras=list(reader.cameras),
        starts=np.diff(well, prepend=-1) != 0,
        nameless=nameless[well],
        review=_reviews(column["sequence"], reviews),
        others=reader.others,
        cut_short=cut_short,
        **column,
    )


def _reviews(sequence: Integers, reviews: Mapping[int, Verdict]) -> Codes:
    found = np.full(len(sequence), NOT_REVIEWED, np.uint8)
    rows = np.flatnonzero(np.isin(sequence, np.fromiter(reviews, np.int64, len(reviews))))
    found[rows] = [_CODE[reviews[number].value] for number in sequence[rows].tolist()]
    return found
