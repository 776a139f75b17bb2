"""How many alarms a column of verdicts raises by the rule of confirmation."""

import numpy as np

from service.control_room.what_if.rejudging import LEAK, NO_LEAK, Booleans, Codes
from service.setting_groups import AlarmRule


def raised(verdicts: Codes, sure: Booleans, starts: Booleans, nameless: Booleans, rule: AlarmRule) -> Booleans:
    """Say at which pictures alarms are raised, as the alarm layer does where each alarm is acknowledged at once.

    An alarm begins with ``confirmations`` of ``window`` or with a sure leak, and is over after a whole window of good
    pictures. Two things of the live layer are left out: that a chattering alarm is held for a minute, and unknowns
    without a well id.

    Args:
        verdicts: [N] places in ``VERDICTS``, in the order of wells, in each of time.
        sure: [N], leaks that alarm at once.
        starts: [N], the first picture of each well.
        nameless: [N], pictures without a well id, of which each leak is an alarm.
        rule: of confirmation.
    """
    place = np.arange(len(verdicts), dtype=np.int32)
    first = np.maximum.accumulate(np.where(starts, place, 0))
    suspicious = verdicts != NO_LEAK
    until = np.concatenate([np.zeros(1, np.int32), np.cumsum(suspicious, dtype=np.int32)])
    begin = np.maximum(first, place - (rule.window - 1))
    in_window = until[1:] - until[begin]
    begins = sure | (in_window >= rule.confirmations)
    is_over = (in_window == 0) & (place - first >= rule.window - 1)
    changes = np.flatnonzero(begins | is_over | starts)
    goes_on = np.concatenate([np.zeros(min(1, len(changes)), bool), begins[changes][:-1]]) & ~starts[changes]
    found = np.zeros(len(verdicts), bool)
    found[changes] = begins[changes] & ~goes_on
    return np.where(nameless, verdicts == LEAK, found)
