"""Alarms an hour and at the peak."""

from service.monitoring.alarms.figures import DAY_S, HOUR_S, AlarmFigures, AlarmRate
from tests.clock import Clock


def counted(rate: AlarmRate) -> AlarmFigures:
    return rate.figures(standing=0, waiting=0, chattering=0)


def test_the_average_is_over_the_time_watched_but_never_over_less_than_an_hour() -> None:
    clock = Clock()
    rate = AlarmRate(clock)
    for _ in range(12):
        clock.now += 60
        rate.raised()
    assert counted(rate).average_an_hour == 12
    clock.now = 4 * HOUR_S
    figures = counted(rate)
    assert (figures.average_an_hour, figures.last_hour, figures.hours) == (3, 0, 4)


def test_the_peak_is_the_most_in_any_ten_minutes() -> None:
    clock = Clock()
    rate = AlarmRate(clock)
    for at in (0, 300, 590, 610, 900, 1300, 5000):
        clock.now = at
        rate.raised()
    assert counted(rate).peak == 4


def test_alarms_of_before_a_restart_count_for_a_day() -> None:
    clock = Clock()
    clock.now = 10 * DAY_S
    rate = AlarmRate(clock)
    rate.restore([60.0, 7200.0, 2 * DAY_S])
    figures = counted(rate)
    assert (figures.last_hour, figures.average_an_hour, figures.hours) == (1, 1, 2)
    clock.now += DAY_S
    assert counted(rate).average_an_hour == 0
