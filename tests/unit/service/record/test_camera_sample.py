from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import Review
from service.record.archive.folder import ArchiveFolder
from service.record.camera_sample import lowest_reviewed_leak, sample_camera
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter
from tests.decisions import MODEL, START, a_decision
from tests.pictures import encoded
from tests.wells import good_well

WANTED = DecisionFilter(camera_id="cam-1")
SHA256 = MODEL.artifact_sha256


class Record(Records):
    """Decisions in two parts, and reviews of them."""

    def __init__(self, decisions: list[Decision], reviews: list[Review] | None = None) -> None:
        self.kept = decisions
        self.given = reviews or []

    async def stream(self, wanted: DecisionFilter) -> AsyncIterator[list[Decision]]:  # noqa: ARG002
        half = len(self.kept) // 2
        yield self.kept[:half]
        yield self.kept[half:]

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
    decision = a_decision(verdict, image_sha256=sha256_hex(picture), **changes)
    if archive is not None:
        archive.write(decision, picture)
    return decision


async def test_leaks_are_drawn_as_rarely_as_pictures_of_good_wells_are_kept(archive: ArchiveFolder) -> None:
    good = [judged(Verdict.NO_LEAK, row, archive if row % 4 == 0 else None) for row in range(400)]
    leaks = [judged(Verdict.LEAK, 400 + row, archive) for row in range(200)]
    sample = await sample_camera(Record([*good, *leaks]), archive, WANTED, SHA256, 1000)
    drawn = [decision.verdict for decision in sample.decisions]
    assert sample.asked == 600
    assert drawn.count(Verdict.NO_LEAK) == 100
    assert 30 <= drawn.count(Verdict.LEAK) <= 70, "a quarter of 200, by a hash of the ids"
    assert len(sample.pictures) == len(drawn)


async def test_other_artefacts_and_what_is_no_fault_of_the_picture_do_not_count(archive: ArchiveFolder) -> None:
    kept = judged(Verdict.NO_LEAK, 1, archive)
    frozen = judged(Verdict.UNKNOWN, 2, archive, reason=Reason.FROZEN)
    other = judged(Verdict.NO_LEAK, 3, archive, model=MODEL.__class__("b", "b-1", "cd" * 32, "0.1.0"))
    sample = await sample_camera(Record([kept, frozen, other]), archive, WANTED, SHA256, 1000)
    assert sample.decisions == [kept]


async def test_no_more_than_the_newest_decisions_are_looked_at(archive: ArchiveFolder) -> None:
    decisions = [judged(Verdict.NO_LEAK, row, archive) for row in range(10)]
    sample = await sample_camera(Record(decisions), archive, WANTED, SHA256, 7)
    assert sample.asked == 7
    assert {one.decision_id for one in sample.decisions} == {one.decision_id for one in decisions[:7]}


async def test_a_leak_is_known_where_all_reviewers_call_it_one() -> None:
    scores = [0.3, 0.1, 0.05, 0.01]
    decisions = [a_decision(Verdict.LEAK, score=score) for score in scores]
    words = [(0, Verdict.LEAK), (1, Verdict.LEAK), (2, Verdict.LEAK), (2, Verdict.NO_LEAK), (3, Verdict.NO_LEAK)]
    reviews = [Review(f"r{n}", decisions[row].decision_id, START, word, "Anna") for n, (row, word) in enumerate(words)]
    assert await lowest_reviewed_leak(Record(decisions, reviews), "cam-1", SHA256) == 0.1
    assert await lowest_reviewed_leak(Record(decisions), "cam-1", SHA256) is None
