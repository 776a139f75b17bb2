from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import Review
from service.record.archive.folder import ArchiveFolder
from service.record.camera_sample import LARGEST_SIDE, Bounds, lowest_reviewed_leak, sample_camera
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter
from tests.decisions import MODEL, START, a_decision
from tests.pictures import encoded
from tests.wells import good_well

BOUNDS = Bounds(decisions=24_000)
ARTIFACTS = frozenset({MODEL.artifact})


class Record(Records):
    """Decisions in two parts, and reviews of them."""

    def __init__(self, decisions: list[Decision], reviews: list[Review] | None = None) -> None:
        self.kept = decisions
        self.given = reviews or []

    async def stream(self, wanted: DecisionFilter) -> AsyncIterator[list[Decision]]:
        since, until = wanted.since or START, wanted.until or datetime.max.replace(tzinfo=UTC)
        kept = [one for one in self.kept if since <= one.received_at < until]
        half = len(kept) // 2
        yield kept[:half]
        yield kept[half:]

    async def reviews(self, decision_ids: Collection[str]) -> dict[str, list[Review]]:
        found: dict[str, list[Review]] = {}
        for review in self.given:
            if review.decision_id in decision_ids:
                found.setdefault(review.decision_id, []).append(review)
        return found


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    return ArchiveFolder(tmp_path)


def judged(verdict: Verdict, seed: int, archive: ArchiveFolder | None = None, **changes: Any) -> Decision:  # noqa: ANN401
    """A decision on a drawn picture, which is kept where an archive is given."""
    picture = encoded(good_well(seed))
    usual: dict[str, Any] = {
        "image_sha256": sha256_hex(picture),
        "received_at": datetime.now(UTC) - timedelta(minutes=1),
    }
    decision = a_decision(verdict, **(usual | changes))
    if archive is not None:
        archive.write(decision, picture)
    return decision


async def test_leaks_are_drawn_as_rarely_as_pictures_of_good_wells_are_kept(archive: ArchiveFolder) -> None:
    good = [judged(Verdict.NO_LEAK, row, archive if row % 4 == 0 else None) for row in range(400)]
    leaks = [judged(Verdict.LEAK, 400 + row, archive) for row in range(200)]
    sample = await sample_camera(Record([*good, *leaks]), archive, "cam-1", 24, ARTIFACTS, BOUNDS)
    drawn = [decision.verdict for decision in sample.decisions]
    assert sample.asked == 600
    assert drawn.count(Verdict.NO_LEAK) == 100
    assert 30 <= drawn.count(Verdict.LEAK) <= 70, "a quarter of 200, by a hash of the ids"
    assert len(sample.pictures) == len(drawn)


async def test_other_artefacts_and_what_is_no_fault_of_the_picture_do_not_count(archive: ArchiveFolder) -> None:
    kept = judged(Verdict.NO_LEAK, 1, archive)
    faults = [judged(Verdict.UNKNOWN, 2, archive, reason=reason) for reason in (Reason.FROZEN, Reason.MISALIGNED)]
    other = judged(Verdict.NO_LEAK, 3, archive, model=MODEL.__class__("b", "b-1", "cd" * 32, "0.1.0"))
    sample = await sample_camera(Record([kept, *faults, other]), archive, "cam-1", 24, ARTIFACTS, BOUNDS)
    assert sample.decisions == [kept]


async def test_no_more_than_the_newest_decisions_are_looked_at(archive: ArchiveFolder) -> None:
    decisions = [judged(Verdict.NO_LEAK, row, archive) for row in range(10)]
    sample = await sample_camera(Record(decisions), archive, "cam-1", 24, ARTIFACTS, Bounds(decisions=7 * 24))
    assert (sample.asked, sample.whole) == (7, False)
    assert {one.decision_id for one in sample.decisions} == {one.decision_id for one in decisions[:7]}


async def test_a_busy_hour_does_not_stand_for_the_whole_day(archive: ArchiveFolder) -> None:
    busy = [judged(Verdict.NO_LEAK, row, archive) for row in range(20)]
    before = [
        judged(Verdict.NO_LEAK, 20 + row, archive, received_at=datetime.now(UTC) - timedelta(hours=5))
        for row in range(3)
    ]
    sample = await sample_camera(Record([*busy, *before]), archive, "cam-1", 24, ARTIFACTS, Bounds(decisions=4 * 24))
    drawn = {one.decision_id for one in sample.decisions}
    assert len(drawn) == 4 + 3
    assert {one.decision_id for one in before} <= drawn


async def test_a_camera_that_sees_nothing_is_sampled_all_the_same(archive: ArchiveFolder) -> None:
    unknown = [judged(Verdict.UNKNOWN, row, archive) for row in range(5)]
    sample = await sample_camera(Record(unknown), archive, "cam-1", 24, ARTIFACTS, BOUNDS)
    assert (len(sample.decisions), sample.whole) == (5, True)


async def test_large_pictures_are_reduced_and_no_more_are_held_than_there_is_room_for(archive: ArchiveFolder) -> None:
    picture = encoded(good_well(1, 400, 600))
    at = datetime.now(UTC) - timedelta(minutes=1)
    large = [judged(Verdict.NO_LEAK, 0, image_sha256=sha256_hex(picture), received_at=at) for _ in range(9)]
    archive.write(large[0], picture)
    size = LARGEST_SIDE * (LARGEST_SIDE * 400 // 600) * 3
    room = Bounds(decisions=24_000, bytes=2 * size * 24)
    sample = await sample_camera(Record(large), archive, "cam-1", 24, ARTIFACTS, room)
    assert [one.shape for one in sample.pictures] == [(128, 192, 3)] * 2
    assert not sample.whole


async def test_a_leak_is_known_where_all_reviewers_call_it_one() -> None:
    scores = [0.3, 0.1, 0.05, 0.01]
    decisions = [a_decision(Verdict.LEAK, score=score) for score in scores]
    words = [(0, Verdict.LEAK), (1, Verdict.LEAK), (2, Verdict.LEAK), (2, Verdict.NO_LEAK), (3, Verdict.NO_LEAK)]
    reviews = [Review(f"r{n}", decisions[row].decision_id, START, word, "Anna") for n, (row, word) in enumerate(words)]
    assert await lowest_reviewed_leak(Record(decisions, reviews), "cam-1", ARTIFACTS) == 0.1
    assert await lowest_reviewed_leak(Record(decisions), "cam-1", ARTIFACTS) is None
