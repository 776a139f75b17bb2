"""In which order people see alarms."""

from datetime import timedelta

from service.contract.decision import Verdict
from service.control_room.urgency import by_urgency
from service.monitoring.alarms.alarm import Alarm
from tests.decisions import START


def alarm(name: str, verdict: Verdict = Verdict.LEAK, ratio: float | None = 2.5, age_s: float = 0) -> Alarm:
    at = START - timedelta(seconds=age_s)
    return Alarm(name, "cam-1", name, at, at, "d", verdict, score_ratio=ratio)


def test_what_leaks_now_and_was_seen_by_nobody_comes_first_by_severity_and_then_the_newest() -> None:
    returned = alarm("returned", ratio=9.0).returned(START)
    shelved = alarm("shelved", ratio=9.0).shelved(START, START + timedelta(hours=1), "Anna", "known")
    expected = [
        alarm("severe", ratio=7.0, age_s=90),
        alarm("newer", ratio=2.9, age_s=10),
        alarm("older", ratio=2.1, age_s=60),
        alarm("acknowledged", ratio=12.0).acknowledged(START, "Anna", ""),
        alarm("unknown", Verdict.UNKNOWN, None),
        returned,
        shelved,
    ]
    shuffled = [expected[place] for place in (4, 0, 6, 2, 5, 1, 3)]
    assert sorted(shuffled, key=by_urgency) == expected
