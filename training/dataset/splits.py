"""Which group serves what: fitting, choosing, calibrating the threshold, reporting."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from service.contract.errors import TooFewPictures
from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.origin import taken_at

CALIBRATION_GROUPS = 1000
HELD_OUT_SHARE = 0.1
SMALLEST_GOOD = 10
SMALLEST_LEAK = 2


@dataclass(frozen=True, slots=True)
class Split:
    """Good wells in four parts and leaks in two, none of which share a picture.

    ``fit_good`` trains; ``choice_*`` chooses recipe and threshold rule's leaks; ``calibration_good`` sets the
    threshold; ``report_*`` is looked at once, at the end.
    """

    fit_good: tuple[Group, ...]
    choice_good: tuple[Group, ...]
    calibration_good: tuple[Group, ...]
    report_good: tuple[Group, ...]
    choice_leak: tuple[Group, ...]
    report_leak: tuple[Group, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Groups in each part, for the manifest."""
        return {name: len(getattr(self, name)) for name in self.__slots__}


def split(data: Dataset, seed: int = 0) -> Split:
    """Divide the groups outside the test part; the same pictures and seed always give the same parts.

    Leaks are divided by the time in their names, the earlier half for choosing, since frames of one event that follow
    each other are nearly one picture; where not every name states a time, by chance, as good wells always are.
    A tenth of the good wells goes into each held-out part, calibration gets at least 1,000 where a fifth suffices.

    Raises:
        TooFewPictures: a class is missing or too small to be divided.
    """
    good, leak = _shuffled(data.select(Label.GOOD), seed), data.select(Label.LEAK)
    leak = _in_time(leak) or _shuffled(leak, seed)
    _check(len(good), SMALLEST_GOOD, "good pictures (train/ or good/)")
    _check(len(leak), SMALLEST_LEAK, "leak pictures (proliv/ or leak/)")
    held_out = max(1, round(len(good) * HELD_OUT_SHARE))
    calibration = max(held_out, min(CALIBRATION_GROUPS, len(good) // 5))
    ends = (calibration, calibration + held_out, calibration + 2 * held_out)
    half = (len(leak) + 1) // 2
    return Split(
        calibration_good=good[: ends[0]],
        choice_good=good[ends[0] : ends[1]],
        report_good=good[ends[1] : ends[2]],
        fit_good=good[ends[2] :],
        choice_leak=leak[:half],
        report_leak=leak[half:],
    )


def division(parts: Split) -> str:
    """How good wells and leaks were divided, and what that means for the figures, for people."""
    good = (
        "Good wells were divided by chance, equal pictures together: wells much like those of every other part were "
        "learnt from, so the rates of good wells passed flatter; wells of new scenes score higher."
    )
    if _in_time((*parts.choice_leak, *parts.report_leak)):
        return f"{good} Leaks were divided by the time in their names: the earlier half chose, the later half reports."
    return f"{good} Leaks were divided by chance, as their names state no time."


def _in_time(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Order by the earliest time that the names of each group state; nothing where one of them states none."""
    times = [[time for time in map(taken_at, group.files) if time is not None] for group in groups]
    if not all(times):
        return ()
    order = sorted(range(len(groups)), key=lambda row: (min(times[row]), groups[row].key))
    return tuple(groups[row] for row in order)


def _shuffled(groups: Sequence[Group], seed: int) -> tuple[Group, ...]:
    """Order by a hash of seed and content: a new picture elsewhere moves no other one."""
    return tuple(sorted(groups, key=lambda group: hashlib.sha256(f"{seed} {group.key}".encode()).digest()))


def _check(found: int, wanted: int, what: str) -> None:
    if found < wanted:
        raise TooFewPictures(f"found {found} different {what}, at least {wanted} are needed: add pictures")
