import asyncio
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import AlreadyRunning, ArtifactMissing, NotFound, ScoringFailed, SetupError, Unavailable
from service.contract.journal_entry import Review
from service.control_room.what_if.rescoring import Rescored, RescoreOutcome, Rescorer
from service.control_room.what_if.rescoring_desk import RescoringDesk
from service.control_room.what_if.rescoring_job import RESULTS, STATE, RescoringJob, RescoringOrder, read_state
from service.judging.serving import Serving
from service.record.archive.folder import ArchiveFolder
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records
from tests.decisions import START, a_decision
from tests.drawn_decisions import drawn_serving, fill, in_order
from tests.eventually import eventually

ORDER = RescoringOrder(artifact="other-0123abcd", since=START, until=START + timedelta(days=1))
NUMBER = 250


class Flipping(Rescorer):
    """Calls everything a leak without looking; may fail, or wait, at a page."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.pages = 0
        self._fails_at = fails_at

    def rescore(self, decisions: Sequence[Decision]) -> list[Rescored]:
        self.pages += 1
        if self.pages == self._fails_at:
            raise ScoringFailed("the scorer failed")
        leak, why = Verdict.LEAK, Reason.SCORE_AT_OR_ABOVE_THRESHOLD
        return [Rescored(one, RescoreOutcome.JUDGED, leak, why, 0.5) for one in decisions]


@pytest.fixture
def records(tmp_path: Path) -> Records:
    path = tmp_path / "journal.db"
    decisions = in_order([a_decision(camera_id=f"cam-{number % 2}") for number in range(NUMBER)])
    verdicts = {0: Verdict.LEAK, 7: Verdict.NO_LEAK, 8: Verdict.NO_LEAK}
    reviews = [
        Review(f"r-{number}", decisions[number].decision_id, START, verdict, "Anna")
        for number, verdict in verdicts.items()
    ]
    engine = sqlite_engine(path, writable=True)
    fill(engine, [*decisions, *reviews])
    engine.dispose()
    return Records(Database(sqlite_engine(path)))


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / ORDER.name / RESULTS).read_text().splitlines()]


async def test_each_decision_is_counted_and_written_once(records: Records, tmp_path: Path) -> None:
    job = RescoringJob(ORDER, tmp_path)
    await job.run(records, Flipping())
    total = job.state.total
    assert (job.state.state, job.state.progress, total.seen, total.judged) == ("done", 1.0, NUMBER, NUMBER)
    assert total.changed == {Verdict.NO_LEAK: {Verdict.LEAK: NUMBER}}
    assert (total.leaks_reviewed, total.leaks_missed_then, total.leaks_missed_now) == (1, 1, 0)
    assert (total.good_reviewed, total.good_alarming_then, total.good_alarming_now) == (2, 0, 2)
    assert {name: tally.seen for name, tally in job.state.cameras.items()} == {"cam-0": 125, "cam-1": 125}
    assert len({line["decision_id"] for line in results(tmp_path)}) == len(results(tmp_path)) == NUMBER


async def test_a_job_that_failed_goes_on_where_it_was(records: Records, tmp_path: Path) -> None:
    first = RescoringJob(ORDER, tmp_path)
    with pytest.raises(ScoringFailed):
        await first.run(records, Flipping(fails_at=2))
    assert (first.state.state, first.state.problem, first.state.total.seen) == ("failed", "the scorer failed", 100)
    with (tmp_path / ORDER.name / RESULTS).open("ab") as file:
        file.write(b'{"half a li')
    again, rescorer = RescoringJob(ORDER, tmp_path), Flipping()
    await again.run(records, rescorer)
    assert (again.state.state, again.state.total.seen, rescorer.pages) == ("done", NUMBER, 2)
    assert len({line["decision_id"] for line in results(tmp_path)}) == len(results(tmp_path)) == NUMBER


async def test_the_same_order_again_counts_nothing_twice(records: Records, tmp_path: Path) -> None:
    await RescoringJob(ORDER, tmp_path).run(records, Flipping())
    again, rescorer = RescoringJob(ORDER, tmp_path), Flipping()
    await again.run(records, rescorer)
    assert (again.state.state, again.state.total.seen, rescorer.pages) == ("done", NUMBER, 0)


async def test_a_cancelled_job_says_so_and_keeps_what_it_has(records: Records, tmp_path: Path) -> None:
    job = RescoringJob(ORDER, tmp_path)
    work = asyncio.create_task(job.run(records, Flipping(), rest=1e6))
    await eventually(lambda: job.state.total.seen > 0)
    job.cancel()
    await work
    assert (job.state.state, job.state.total.seen) == ("cancelled", 100)
    assert read_state(tmp_path / ORDER.name) == job.state
    again = RescoringJob(ORDER, tmp_path).state
    assert (again.state, again.total.seen) == ("running", 100), "whoever begins it again is not told that it has ended"


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    (tmp_path / ORDER.name).mkdir()
    (tmp_path / ORDER.name / STATE).write_text("{")
    with pytest.raises(SetupError, match=f"remove .*{ORDER.name}"):
        RescoringJob(ORDER, tmp_path)


@pytest.fixture
def desk(records: Records, tmp_path: Path) -> RescoringDesk:
    serving = drawn_serving(tmp_path / "artifacts")

    def opened(artifact: str) -> Serving:
        if artifact != ORDER.artifact:
            raise ArtifactMissing("no such folder")
        return serving

    return RescoringDesk(tmp_path, records, ArchiveFolder(tmp_path / "pictures"), opened)


async def test_one_job_runs_at_a_time_and_can_be_cancelled(desk: RescoringDesk) -> None:
    assert await desk.latest() is None
    await desk.start(ORDER)
    with pytest.raises(AlreadyRunning):
        await desk.start(ORDER)
    assert (await desk.cancel()).state == "cancelled"
    with pytest.raises(NotFound):
        await desk.cancel()


async def test_two_that_ask_at_once_get_one_job(desk: RescoringDesk) -> None:
    answers = await asyncio.gather(desk.start(ORDER), desk.start(ORDER), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["AlreadyRunning", "RescoringState"]
    await desk.close()


async def test_an_unknown_artefact_begins_nothing(desk: RescoringDesk) -> None:
    with pytest.raises(ArtifactMissing):
        await desk.start(ORDER.model_copy(update={"artifact": "absent-01234567"}))
    assert await desk.latest() is None


async def test_an_older_job_does_not_pass_for_a_newer_one_that_is_damaged(desk: RescoringDesk, tmp_path: Path) -> None:
    await desk.start(ORDER)
    await desk.cancel()
    again = RescoringDesk(tmp_path, desk._records, desk._archive, desk._open)
    newer = tmp_path / "what_if" / "newer" / STATE
    newer.parent.mkdir()
    newer.write_text("{")
    os.utime(newer, (2**32, 2**32))
    with pytest.raises(Unavailable, match=r"remove .*newer"):
        await again.latest()
    with pytest.raises(Unavailable):
        await again.flips(0, 10)
    assert (await again.start(ORDER)).order == ORDER
    await again.close()


async def test_pictures_that_are_gone_are_counted(desk: RescoringDesk) -> None:
    await desk.start(ORDER)
    assert desk._task is not None
    await desk._task
    state = await desk.latest()
    assert state is not None
    assert (state.state, state.total.seen, state.total.picture_gone) == ("done", NUMBER, NUMBER)
    assert await desk.flips(0, 10) == []


async def test_after_a_restart_the_last_job_is_known_and_not_at_work(
    desk: RescoringDesk, records: Records, tmp_path: Path
) -> None:
    job = RescoringJob(ORDER, tmp_path / "what_if")
    work = asyncio.create_task(job.run(records, Flipping(), rest=1e6))
    await eventually(lambda: job.state.total.seen > 0)
    state = await desk.latest()
    assert state is not None
    assert (state.state, state.total.seen) == ("cancelled", 100)
    assert state.problem is not None
    assert len(await desk.flips(90, 50)) == 10
    job.cancel()
    await work
