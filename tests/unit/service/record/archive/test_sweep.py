from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Verdict
from service.record.archive.folder import ArchiveFolder
from service.record.archive.sweep import BLOCK_BYTES, HOURS_PER_SWEEP, Sweep
from service.record.clock import ClockReading, Shift
from service.setting_groups import ArchiveSettings, RetentionPolicy
from tests.decisions import a_decision

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
DAYS = {Verdict.NO_LEAK: 1.0, Verdict.UNKNOWN: 2.0, Verdict.LEAK: 10.0}


def filled(root: Path, *contents: tuple[Verdict, float, int]) -> ArchiveFolder:
    """An archive with so many pictures of a verdict so many hours ago, each within one block."""
    folder = ArchiveFolder(root)
    for verdict, hours_ago, number in contents:
        for each in range(number):
            data = f"{verdict} {hours_ago} {each}".encode()
            received_at = NOW - timedelta(hours=hours_ago)
            folder.write(a_decision(verdict, image_sha256=sha256_hex(data), received_at=received_at), data)
    return folder


def left(folder: ArchiveFolder) -> dict[Verdict, int]:
    return {verdict: len(list((folder.root / verdict.value).rglob("*.bin"))) for verdict in Verdict}


@pytest.mark.parametrize(
    ("room_for", "expected", "why"),
    [
        (100, (20, 20, 20), "there is room for all"),
        (52, (10, 20, 20), "the older good wells go first, down to a little below the cap"),
        (32, (0, 10, 20), "then the older unknowns"),
        (10, (0, 0, 9), "leaks last"),
    ],
)
def test_the_cap_is_kept_by_deleting_good_wells_first_and_leaks_last(
    tmp_path: Path, room_for: int, expected: tuple[int, int, int], why: str
) -> None:
    contents = [(verdict, hours, 10) for verdict in Verdict for hours in (5, 0)]
    folder = filled(tmp_path, *contents)
    sweep = Sweep(folder, RetentionPolicy(DAYS, room_for * BLOCK_BYTES))
    remaining = sweep(ClockReading(NOW))
    counted = left(folder)
    assert remaining == sum(counted.values()) * BLOCK_BYTES
    good, unknown, leaks = expected
    floor = {Verdict.NO_LEAK: good, Verdict.UNKNOWN: unknown, Verdict.LEAK: leaks}
    for verdict in Verdict:
        assert counted[verdict] <= floor[verdict], why
    assert sum(counted.values()) <= room_for, why
    assert sum(counted.values()) >= min(60, room_for * 0.7), "no more than needed is deleted"


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_has_its_own_age(tmp_path: Path, verdict: Verdict) -> None:
    young, old = DAYS[verdict] * 24 - 1, DAYS[verdict] * 24 + 2
    folder = filled(tmp_path, (verdict, young, 3), (verdict, old, 4))
    assert Sweep(folder, RetentionPolicy(DAYS))(ClockReading(NOW)) == 3 * BLOCK_BYTES
    assert left(folder)[verdict] == 3


def test_an_hour_long_past_is_counted_once_and_what_was_deleted_is_not_counted_on(tmp_path: Path) -> None:
    folder = filled(tmp_path, (Verdict.LEAK, 5, 10), (Verdict.LEAK, 0, 10))
    sweep = Sweep(folder, RetentionPolicy(DAYS))
    assert sweep(ClockReading(NOW)) == 20 * BLOCK_BYTES
    filled(tmp_path, (Verdict.LEAK, 0, 12))
    assert sweep(ClockReading(NOW)) == 22 * BLOCK_BYTES
    cramped = Sweep(folder, RetentionPolicy(DAYS, 5 * BLOCK_BYTES))
    assert cramped(ClockReading(NOW)) == sum(left(folder).values()) * BLOCK_BYTES == cramped(ClockReading(NOW))


def test_an_archive_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert Sweep(ArchiveFolder(tmp_path / "nothing"), ArchiveSettings().retention)(ClockReading(NOW)) == 0


@pytest.mark.parametrize("verdict", Verdict)
def test_pictures_of_a_clock_that_was_behind_stay_and_those_that_are_as_old_as_they_look_go(
    tmp_path: Path, verdict: Verdict
) -> None:
    folder = filled(tmp_path, (verdict, 3000 * 24, 3), (verdict, 3010 * 24, 4))
    behind = Shift(since=NOW - timedelta(days=3001), until=NOW - timedelta(days=2999), by=timedelta(days=2999.9))
    Sweep(folder, RetentionPolicy(DAYS))(ClockReading(NOW, shifts=(behind,)))
    assert left(folder)[verdict] == 3


def test_while_the_clock_is_in_doubt_nothing_goes_for_its_age_but_the_cap_holds(tmp_path: Path) -> None:
    folder = filled(tmp_path, (Verdict.LEAK, 3000 * 24, 3), (Verdict.NO_LEAK, 3000 * 24, 40))
    doubtful = ClockReading(NOW, paused=True)
    assert Sweep(folder, RetentionPolicy(DAYS))(doubtful) == 43 * BLOCK_BYTES
    assert Sweep(folder, RetentionPolicy(DAYS, 20 * BLOCK_BYTES))(doubtful) <= 20 * BLOCK_BYTES
    assert left(folder)[Verdict.LEAK] == 3


def test_a_sweep_deletes_no_more_than_a_day_of_hours(tmp_path: Path) -> None:
    hours = range(100, 100 + HOURS_PER_SWEEP + 3)
    folder = filled(tmp_path, *((Verdict.NO_LEAK, hour, 1) for hour in hours))
    sweep = Sweep(folder, RetentionPolicy(DAYS))
    sweep(ClockReading(NOW))
    assert left(folder)[Verdict.NO_LEAK] == 3
    sweep(ClockReading(NOW))
    assert left(folder)[Verdict.NO_LEAK] == 0
