"""What another threshold would have done: changed verdicts, alarms, reviewed pictures, scores by camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from service.contract.decision import Verdict
from service.contract.manifest import Threshold
from service.control_room.what_if.alarm_counts import raised
from service.control_room.what_if.rejudging import LEAK, NO_LEAK, VERDICTS, Booleans, Codes, Floats, rejudged_all
from service.control_room.what_if.score_table import Integers, ScoreTable
from service.judging.serving import Serving
from service.setting_groups import AlarmRule

BINS: Final = 60
WIDEST: Final = 4.0
"""Histograms reach up to so many thresholds; the last bin holds what lies above."""

MINUTE: Final = 60_000_000
"""In microseconds."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The threshold of a camera as it is served, and as it would be; ``own`` was chosen for this camera alone."""

    camera_id: str | None
    served: Threshold
    tried: Threshold
    own: bool


@dataclass(slots=True)
class Changes:
    """Counts of some decisions; ``then`` is what is on record, ``now`` what the tried threshold says of it.

    ``changed`` counts by ``verdict then`` and ``verdict now``. Alarms are counted by the rule of confirmation on the
    verdicts alone, then as now, as if each were acknowledged at once. Of the pictures that people have called leaks,
    ``leaks_missed`` get ``no_leak``; of those they have called good, ``good_alarming`` are called leak or unknown.
    """

    decisions: int
    changed: dict[Verdict, dict[Verdict, int]]
    alarms_then: int
    alarms_now: int
    alarms_an_hour_then: float
    alarms_an_hour_now: float
    leaks_reviewed: int
    leaks_missed_then: int
    leaks_missed_now: int
    good_reviewed: int
    good_alarming_then: int
    good_alarming_now: int


@dataclass(slots=True)
class CameraChanges:
    """Of one camera, with its thresholds and the histogram of its scores: ``counts[i]`` from ``edges[i]`` on."""

    camera_id: str | None
    own_threshold: bool
    threshold_then: float
    threshold_now: float
    edges: list[float]
    counts: list[int]
    changes: Changes


@dataclass(slots=True)
class WhatIf:
    """What a threshold would have done to the decisions of a time.

    ``hours`` are those in which pictures came, counted by minutes; ``others`` decisions came from models with other
    scores; ``cut_short`` says that older decisions of that time were left out, as there were too many.
    """

    artifact: str
    threshold_then: float
    threshold_now: float
    since: datetime
    until: datetime
    read_at: datetime
    hours: float
    others: int
    cut_short: bool
    total: Changes
    cameras: list[CameraChanges]


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What is known of a table before any threshold is tried: computed once; columns by camera, [C]."""

    serving: Serving
    table: ScoreTable
    rule: AlarmRule
    hours: float
    alarms: Integers
    reviews: Integers
    histograms: list[tuple[list[float], list[int]]]

    def cuts(self, threshold: float) -> list[Cut]:
        """Say by which thresholds the cameras would be judged.

        The tried one stands in place of the artefact's: a camera with a cut of its own keeps that, unless it is the one
        that was asked for.
        """
        return [self._cut(camera, threshold) for camera in self.table.cameras]

    def verdicts(self, cuts: Sequence[Cut]) -> Codes:
        """Judge every decision again, [N] places in ``VERDICTS``."""
        grey = [cut.tried.grey_zone_from for cut in cuts]
        return rejudged_all(
            self.table.verdict,
            self.table.part,
            self.table.score,
            self.values(cuts),
            np.array([np.inf if zone is None else zone for zone in grey])[self.table.camera],
        )

    def values(self, cuts: Sequence[Cut]) -> Floats:
        """The tried threshold of each decision, [N]."""
        return np.array([cut.tried.value for cut in cuts])[self.table.camera]

    def _cut(self, camera: str | None, threshold: float) -> Cut:
        served = self.serving.threshold_of(camera)
        own = served is not self.serving.artifact.manifest.threshold
        named = camera is not None and camera == self.table.wanted.camera_id
        return Cut(camera, served, served if own and not named else served.moved_to(threshold), own)


def baseline(serving: Serving, table: ScoreTable, rule: AlarmRule) -> Baseline:
    """Count what is on record, once for every threshold."""
    served = [serving.threshold_of(camera).value for camera in table.cameras]
    return Baseline(
        serving,
        table,
        rule,
        len(np.unique(table.at // MINUTE)) / 60,
        _alarms(table, table.verdict, table.sure, rule),
        _reviews(table, table.verdict),
        [_histogram(table.score[table.camera == place], value) for place, value in enumerate(served)],
    )


def what_if(base: Baseline, threshold: float) -> WhatIf:
    """Count what a threshold, above 0, would have changed."""
    table, cuts = base.table, base.cuts(threshold)
    now = base.verdicts(cuts)
    sure = (now == LEAK) & (table.score / base.values(cuts) >= base.rule.sure_ratio)
    places = len(VERDICTS)
    code = (table.camera.astype(np.int64) * places + table.verdict) * places + now
    pairs = np.bincount(code, minlength=len(cuts) * places**2).reshape(-1, places, places)
    alarms, reviews = _alarms(table, now, sure, base.rule), _reviews(table, now)

    def changes(of: slice) -> Changes:
        return _changes(pairs[of].sum(0), (base.alarms[of], alarms[of]), (base.reviews[of], reviews[of]), base.hours)

    return WhatIf(
        artifact=base.serving.artifact.id,
        threshold_then=base.serving.threshold,
        threshold_now=threshold,
        since=table.wanted.since,
        until=table.wanted.until,
        read_at=table.read_at,
        hours=base.hours,
        others=table.others,
        cut_short=table.cut_short,
        total=changes(slice(None)),
        cameras=[
            CameraChanges(
                camera_id=cut.camera_id,
                own_threshold=cut.own,
                threshold_then=cut.served.value,
                threshold_now=cut.tried.value,
                edges=base.histograms[place][0],
                counts=base.histograms[place][1],
                changes=changes(slice(place, place + 1)),
            )
            for place, cut in sorted(enumerate(cuts), key=lambda pair: pair[1].camera_id or "")
        ],
    )


def _alarms(table: ScoreTable, verdicts: Codes, sure: Booleans, rule: AlarmRule) -> Integers:
    found = raised(verdicts, sure, table.starts, table.nameless, rule)
    return np.bincount(table.camera[found], minlength=len(table.cameras))


def _reviews(table: ScoreTable, verdicts: Codes) -> Integers:
    """By camera: reviewed leaks, those missed, reviewed good wells, those called leak or unknown; [C, 4]."""
    leaks, good = table.review == LEAK, table.review == NO_LEAK
    called_good = verdicts == NO_LEAK
    kinds = (leaks, leaks & called_good, good, good & ~called_good)
    return np.stack([np.bincount(table.camera[kind], minlength=len(table.cameras)) for kind in kinds], axis=1)


def _changes(
    pairs: Integers, alarms: tuple[Integers, Integers], reviews: tuple[Integers, Integers], hours: float
) -> Changes:
    alarms_then, alarms_now = (int(each.sum()) for each in alarms)
    then, now = (each.sum(0).tolist() for each in reviews)
    return Changes(
        decisions=int(pairs.sum()),
        changed={
            before: {after: int(pairs[row, column]) for column, after in enumerate(VERDICTS) if column != row}
            for row, before in enumerate(VERDICTS)
        },
        alarms_then=alarms_then,
        alarms_now=alarms_now,
        alarms_an_hour_then=alarms_then / hours if hours else 0.0,
        alarms_an_hour_now=alarms_now / hours if hours else 0.0,
        leaks_reviewed=then[0],
        leaks_missed_then=then[1],
        leaks_missed_now=now[1],
        good_reviewed=then[2],
        good_alarming_then=then[3],
        good_alarming_now=now[3],
    )


def _histogram(scores: Floats, threshold: float) -> tuple[list[float], list[int]]:
    edges = np.linspace(0, WIDEST * threshold, BINS + 1)
    bins = np.clip(np.searchsorted(edges, scores[np.isfinite(scores)], side="right") - 1, 0, BINS - 1)
    return edges[:-1].tolist(), np.bincount(bins, minlength=BINS).tolist()
