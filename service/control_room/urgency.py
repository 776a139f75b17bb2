"""In which order people should see alarms."""

from bisect import bisect

from service.contract.decision import Verdict
from service.monitoring.alarms.alarm import Alarm, AlarmState

STEPS = (1.5, 2.0, 3.0, 5.0, 10.0)
"""Multiples of the threshold between which alarms are equally severe: finer, the order would never rest."""

ORDER = {AlarmState.UNACKNOWLEDGED: 0, AlarmState.ACKNOWLEDGED: 1, AlarmState.RETURNED: 2, AlarmState.SHELVED: 3}


def by_urgency(alarm: Alarm) -> tuple[bool, bool, int, int, float]:
    """Sort leaks that go on first, then unknowns that do, what is over, and the shelf.

    Among them what nobody has acknowledged, then the most severe, then the newest.
    """
    apart = alarm.state in {AlarmState.RETURNED, AlarmState.SHELVED}
    is_leak, state = alarm.verdict is Verdict.LEAK, ORDER.get(alarm.state, len(ORDER))
    severity = bisect(STEPS, alarm.score_ratio or 0.0)
    return apart, not is_leak and not apart, state, -severity, -alarm.raised_at.timestamp()
