from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.contract.decision import Verdict
from service.contract.journal_entry import EventKind
from service.control_room.what_if.alarm_counts import raised
from service.control_room.what_if.rejudging import LEAK, NO_LEAK, UNKNOWN, VERDICTS
from service.monitoring.alarms.layer import AlarmLayer
from service.monitoring.alarms.recent_pictures import UNWATCHED_S
from service.setting_groups import AlarmRule
from tests.decisions import a_decision

SURE = 3.5
WELLS = st.lists(st.lists(st.sampled_from(["good", "leak", "sure", "unknown"]), max_size=30), max_size=4)
RULES = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(
    lambda pair: AlarmRule(confirmations=min(pair), window=max(pair), sure_ratio=3.0)
)
CODES = {"good": NO_LEAK, "leak": LEAK, "sure": LEAK, "unknown": UNKNOWN}


@given(wells=WELLS, rule=RULES)
def test_alarms_are_raised_where_the_alarm_layer_raises_them(wells: Sequence[Sequence[str]], rule: AlarmRule) -> None:
    wells = [well for well in wells if well]
    shown = [one for well in wells for one in well]
    found = raised(
        np.array([CODES[one] for one in shown], np.uint8),
        np.array([one == "sure" for one in shown], bool),
        np.array([place == 0 for well in wells for place, _ in enumerate(well)], bool),
        np.zeros(len(shown), bool),
        rule,
    )
    assert found.tolist() == [alarm for well in wells for alarm in by_layer(well, rule)]


def test_each_leak_without_a_well_is_an_alarm() -> None:
    leaks = np.array([LEAK, NO_LEAK, LEAK], np.uint8)
    found = raised(leaks, np.zeros(3, bool), np.array([True, False, False]), np.ones(3, bool), AlarmRule())
    assert found.tolist() == [True, False, True]


def by_layer(well: Sequence[str], rule: AlarmRule) -> list[bool]:
    """Whether each picture raised an alarm that is acknowledged at once; too far apart to chatter."""
    now = 0.0
    layer = AlarmLayer(rule, clock=lambda: now)
    found = []
    for number, shown in enumerate(well):
        now += UNWATCHED_S
        ratio = SURE if shown == "sure" else 1.0
        verdict = VERDICTS[CODES[shown]]
        change = layer.observe(a_decision(verdict, number, score_ratio=None if verdict is Verdict.UNKNOWN else ratio))
        found.append(change is not None and change.kind is EventKind.ALARM_RAISED)
        if change is not None and change.kind in {EventKind.ALARM_RAISED, EventKind.ALARM_ESCALATED}:
            layer.acknowledge(change.alarm, "Anna", "")
    return found
