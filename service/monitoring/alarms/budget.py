"""How many false alarms a rule of confirmation lets through."""

from itertools import product

import numpy as np

from service.setting_groups import AlarmRule


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
