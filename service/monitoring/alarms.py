"""The alarm layer: verdicts of single pictures become one alarm a well, which latches until it is acknowledged."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

import numpy as np
import uuid_utils

from service.contract.decision import Decision, Verdict
from service.settings import AlarmRule

MOST_WELLS = 20_000

Well = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: which well, since when, and the decision that completed it."""

    alarm_id: str
    camera_id: str | None
    well_id: str | None
    raised_at: datetime
    decision_id: str
    verdict: Verdict
    score_ratio: float | None


class AlarmLayer:
    """Watches decisions well by well; for the event loop's thread alone.

    Memory is bounded: of more than ``MOST_WELLS`` wells the longest unseen window is forgotten, and of as many alarms
    the oldest, which stays on record; what goes on in its well raises a new one. Everything takes constant time.
    """

    def __init__(self, rule: AlarmRule) -> None:
        self._rule = rule
        self._windows: OrderedDict[Well, deque[bool]] = OrderedDict()
        self._active: dict[Well, Alarm] = {}
        self._by_id: dict[str, Alarm] = {}
        self.open_by_camera: Counter[str | None] = Counter()

    @property
    def active(self) -> list[Alarm]:
        """The alarms nobody has acknowledged, oldest first."""
        return list(self._active.values())

    def observe(self, decision: Decision) -> Alarm | None:
        """Take in a decision; return the alarm that it raises, if it raises one."""
        well = (decision.camera_id, decision.well_id)
        suspicious = decision.verdict is not Verdict.NO_LEAK
        window = self._windows.get(well)
        if window is None:
            if not suspicious:
                return None
            window = self._new_window(well)
        window.append(suspicious)
        if well in self._active or not (self._is_sure(decision) or sum(window) >= self._rule.confirmations):
            self._forget_if_clean(well, window)
            return None
        alarm = Alarm(
            str(uuid_utils.uuid7()),
            *well,
            decision.answered_at,
            decision.decision_id,
            decision.verdict,
            decision.score_ratio,
        )
        self._activate(alarm)
        return alarm

    def acknowledge(self, alarm_id: str) -> Alarm | None:
        """End an alarm; what goes on raises a new one. Returns None where no such alarm is active."""
        alarm = self._by_id.get(alarm_id)
        if alarm is not None:
            self._end(alarm)
            self._windows.pop((alarm.camera_id, alarm.well_id), None)
        return alarm

    def withdraw(self, alarm_id: str) -> None:
        """Take back an alarm that could not be kept; the pictures that led to it count on."""
        alarm = next((alarm for alarm in self._active.values() if alarm.alarm_id == alarm_id), None)
        if alarm is not None:
            del self._active[alarm.camera_id, alarm.well_id]

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Make alarms active again that were so before a restart, oldest first."""
        self._active.clear()
        self._by_id.clear()
        self.open_by_camera.clear()
        for alarm in alarms:
            earlier = self._active.get((alarm.camera_id, alarm.well_id))
            if earlier is not None:
                self._end(earlier)
            self._activate(alarm)

    def _activate(self, alarm: Alarm) -> None:
        self._active[alarm.camera_id, alarm.well_id] = self._by_id[alarm.alarm_id] = alarm
        self.open_by_camera[alarm.camera_id] += 1
        if len(self._active) > MOST_WELLS:
            self._end(next(iter(self._active.values())))

    def _end(self, alarm: Alarm) -> None:
        del self._active[alarm.camera_id, alarm.well_id], self._by_id[alarm.alarm_id]
        self.open_by_camera[alarm.camera_id] -= 1
        if not self.open_by_camera[alarm.camera_id]:
            del self.open_by_camera[alarm.camera_id]

    def _is_sure(self, decision: Decision) -> bool:
        if decision.verdict is not Verdict.LEAK:
            return False
        ratio = decision.score_ratio
        return decision.well_id is None or (ratio is not None and ratio >= self._rule.sure_ratio)

    def _new_window(self, well: Well) -> deque[bool]:
        window: deque[bool] = deque(maxlen=self._rule.window)
        self._windows[well] = window
        if len(self._windows) > MOST_WELLS:
            self._windows.popitem(last=False)
        return window

    def _forget_if_clean(self, well: Well, window: deque[bool]) -> None:
        if not any(window):
            del self._windows[well]


def alarms_per_hour(rule: AlarmRule, false_rate: float, pictures_per_hour: float) -> float:
    """Expect how often a good well alarms falsely, where pictures err independently and alarms are acknowledged.

    The pictures of a well form a Markov chain over the last ``window - 1`` outcomes; the mean time from an empty
    window to an alarm is the solution of its linear equations, and alarms are a renewal process.

    Args:
        rule: the rule; ``sure_ratio`` plays no part.
        false_rate: share of good pictures that are called leak or unknown, 0..1.
        pictures_per_hour: pictures of the well in an hour.

    >>> round(alarms_per_hour(AlarmRule(confirmations=1, window=1), 0.001, 12_600), 3)
    12.6
    """
    if false_rate <= 0:
        return 0.0
    states = list(product((0, 1), repeat=rule.window - 1))
    place = {state: index for index, state in enumerate(states)}
    steps = np.eye(len(states))
    for state in states:
        for outcome, share in ((0, 1 - false_rate), (1, false_rate)):
            if sum(state) + outcome < rule.confirmations:
                steps[place[state], place[(*state, outcome)[1:]]] -= share
    pictures_to_alarm = np.linalg.solve(steps, np.ones(len(states)))[0]
    return float(pictures_per_hour / pictures_to_alarm)
