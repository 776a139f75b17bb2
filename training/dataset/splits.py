"""Which group serves what: fitting, choosing, calibrating the threshold, reporting; whole scenes at a time."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import cycle

from service.contract.errors import TooFewPictures
from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.scenes import first_time, with_scenes

DEALT = (
    "fit_good",
    "calibration_good",
    "fit_good",
    "choice_good",
    "fit_good",
    "report_good",
    *("fit_good",) * 6,
)
"""Whole scenes, the largest first, go to these parts in turn. The largest of all is fitted, where it is bounded."""

DEALT_OF_SITE = (
    "site_report_good",
    "site_fit_good",
    "site_report_good",
    "site_choice_good",
    "site_report_good",
    "site_fit_good",
)
"""Half of the scenes of a second set report. Two thirds of the others are fitted, since nothing that is drawn on the
wells of one day replaces those of another; the rest chooses and calibrates."""

MOST_OF_A_SCENE = 10
"""Pictures of one scene that are fitted: further frames of a well, nearly equal, teach nothing, take time, and let the
wells that were filmed longest outweigh all others."""

SMALLEST_GOOD = 10
SMALLEST_LEAK = 2
"""None at all will do, too: then good wells alone set the threshold."""

SMALLEST_SITE = 4


@dataclass(frozen=True, slots=True)
class Split:
    """Good wells and leaks in parts that share neither a picture nor a scene; groups carry the numbers of their scenes.

    ``fit_good`` trains; ``choice_*`` chooses recipe and threshold rule's leaks; ``calibration_good`` sets the
    threshold; ``report_*`` is looked at once, at the end. ``site_choice_*`` is the part of a second set that chooses
    and calibrates, ``site_report_*`` the half that reports; both are empty where there is no such set.
    """

    fit_good: tuple[Group, ...]
    choice_good: tuple[Group, ...]
    calibration_good: tuple[Group, ...]
    report_good: tuple[Group, ...]
    choice_leak: tuple[Group, ...]
    report_leak: tuple[Group, ...]
    site_choice_good: tuple[Group, ...] = ()
    site_choice_leak: tuple[Group, ...] = ()
    site_report_good: tuple[Group, ...] = ()
    site_report_leak: tuple[Group, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Groups in each part, for the manifest; those of a second set where there is one."""
        names = [field.name for field in fields(self) if self.has_site or not field.name.startswith("site_")]
        return {name: len(getattr(self, name)) for name in names}

    @property
    def has_site(self) -> bool:
        """Whether there is a second set."""
        return bool(self.site_choice_good or self.site_report_good)

    @property
    def cut_good(self) -> tuple[Group, ...]:
        """Good wells that set the threshold: of the second set where there is one, since the first is better known."""
        return self.site_choice_good or self.calibration_good

    @property
    def cut_leak(self) -> tuple[Group, ...]:
        """Leaks that the threshold may know of."""
        return (*self.choice_leak, *self.site_choice_leak)

    def half(self, name: str) -> tuple[Group, ...]:
        """Good wells and leaks of ``choice``, ``report``, ``site_choice`` or ``site_report``."""
        good: tuple[Group, ...] = getattr(self, f"{name}_good")
        leak: tuple[Group, ...] = getattr(self, f"{name}_leak")
        return (*good, *leak)


def split(data: Dataset, site: Dataset | None = None, seed: int = 0) -> Split:
    """Divide the groups outside the test part, and a second set; the same pictures and seed give the same parts.

    Scenes are linked over both sets together. Those of good wells are sorted by size and dealt out: of twelve, nine are
    fitted, one calibrates, one chooses and one reports; of the second set, all of whose pictures count, half report, a
    third is fitted and a sixth chooses and calibrates. What the first set shows of a scene of the second is dealt with
    it. Leaks are divided by the time in their names, the earlier half for choosing; where not every name states a time,
    by scenes.

    Raises:
        TooFewPictures: good wells are too few to be divided, or there is a single leak.
    """
    second = {group.key: group for group in site.groups} if site else {}
    first = [group for group in data.groups if not group.sealed and group.key not in second]
    linked = with_scenes((*first, *second.values()))
    here, there = linked[: len(first)], linked[len(first) :]
    _check(sum(group.label is Label.GOOD for group in here), SMALLEST_GOOD, "good pictures (train/ or good/)")
    parts = _site_parts(there, seed)
    fitted_there = parts.pop("site_fit_good", ())
    scenes_there = {group.scene: "fit_good" for group in fitted_there}
    scenes_there |= {group.scene: name.removeprefix("site_") for name, groups in parts.items() for group in groups}
    good = [group for group in here if group.label is Label.GOOD]
    dealt = _deal([group for group in good if group.scene not in scenes_there], DEALT, seed)
    for group in good:
        if group.scene in scenes_there:
            dealt[scenes_there[group.scene].replace("leak", "good")].append(group)
    leak = [group for group in here if group.label is Label.LEAK]
    _check(len(leak) or SMALLEST_LEAK, SMALLEST_LEAK, "leak pictures (proliv/ or leak/)")
    parts |= {name: tuple(_shuffled(dealt[name], seed)) for name in dict.fromkeys(DEALT)} | _leak_parts(leak, seed)
    parts["fit_good"] = _bounded((*parts["fit_good"], *fitted_there))
    return Split(**parts)


def scene_halves(groups: Sequence[Group], seed: int = 0) -> tuple[Sequence[Group], Sequence[Group]]:
    """Whole scenes, the largest first, dealt out in turn to two halves."""
    dealt = _deal(groups, ("first", "second"), seed)
    return dealt["first"], dealt["second"]


def _site_parts(groups: Sequence[Group], seed: int) -> dict[str, tuple[Group, ...]]:
    if not groups:
        return {}
    good = [group for group in groups if group.label is Label.GOOD]
    _check(len({group.scene for group in good}), SMALLEST_SITE, "scenes of good wells in the second set (--site)")
    leak = [group for group in groups if group.label is Label.LEAK]
    dealt = _deal(good, DEALT_OF_SITE, seed)
    dealt |= _deal(leak, ("site_choice_leak", "site_report_leak"), seed)
    return {name: tuple(_shuffled(part, seed)) for name, part in dealt.items()}


def _leak_parts(leak: Sequence[Group], seed: int) -> dict[str, tuple[Group, ...]]:
    """The earlier half and the later half, or scenes in turn where names state no times."""
    ordered = _in_time(leak)
    if ordered:
        half = (len(ordered) + 1) // 2
        return {"choice_leak": ordered[:half], "report_leak": ordered[half:]}
    dealt = _deal(leak, ("choice_leak", "report_leak"), seed)
    return {name: tuple(dealt[name]) for name in ("choice_leak", "report_leak")}


def _deal(groups: Sequence[Group], hands: Sequence[str], seed: int) -> dict[str, list[Group]]:
    """Whole scenes, sorted by size and then by chance, to the parts in turn."""
    members: dict[int, list[Group]] = defaultdict(list)
    for group in _shuffled(groups, seed):
        members[group.scene].append(group)
    dealt: dict[str, list[Group]] = defaultdict(list)
    for hand, scene in zip(cycle(hands), sorted(members.values(), key=len, reverse=True), strict=False):
        dealt[hand].extend(scene)
    return dealt


def _bounded(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The first so many groups of each scene."""
    taken: Counter[int] = Counter()
    kept = []
    for group in groups:
        taken[group.scene] += 1
        if taken[group.scene] <= MOST_OF_A_SCENE:
            kept.append(group)
    return tuple(kept)


def first_words(parts: Split) -> str:
    """What every report begins with: whether the figures come from another day than the pictures that were learnt."""
    if not parts.has_site:
        return "No other day was seen: good wells are judged on whole scenes that were held out of the same recordings."
    scenes = len({group.scene for group in parts.site_report_good})
    return (
        f"A second set was seen: half of its scenes were fitted, chose and calibrated, the other {scenes} report "
        "beside the scenes that were held out of the first."
    )


def division(parts: Split) -> str:
    """How good wells and leaks were divided, and what that means for the figures, for people."""
    good = (
        f"Good wells were divided by whole scenes, of which at most {MOST_OF_A_SCENE} pictures were fitted: no "
        "held-out well shares its scene with one that was learnt."
    )
    if _is_single(parts):
        good = (
            "Good wells were divided by chance, equal pictures together: they look so alike that no scenes could be "
            "told apart, and each picture counts as one; the rates of good wells passed may flatter."
        )
    leak = (*parts.choice_leak, *parts.report_leak)
    if not leak:
        return f"{good} There were no leaks: drawn ones chose, and good wells alone set the threshold."
    if _in_time(leak):
        return f"{good} Leaks were divided by the time in their names: the earlier half chose, the later half reports."
    return f"{good} Leaks were divided by chance, as their names state no time."


def _is_single(parts: Split) -> bool:
    held_out = (*parts.choice_good, *parts.calibration_good, *parts.report_good, *parts.fit_good)
    return len({group.scene for group in held_out}) == len(held_out)


def _in_time(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Order by the earliest time that the names of each group state; nothing where one of them states none."""
    times = [first_time(group) for group in groups]
    known = [time for time in times if time is not None]
    if len(known) < len(groups):
        return ()
    return tuple(groups[row] for row in sorted(range(len(groups)), key=lambda row: (known[row], groups[row].key)))


def _shuffled(groups: Sequence[Group], seed: int) -> list[Group]:
    """Order by a hash of seed and content."""
    return sorted(groups, key=lambda group: hashlib.sha256(f"{seed} {group.key}".encode()).digest())


def _check(found: int, wanted: int, what: str) -> None:
    if found < wanted:
        raise TooFewPictures(f"found {found} different {what}, at least {wanted} are needed: add pictures")
