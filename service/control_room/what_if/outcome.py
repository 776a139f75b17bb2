"""What another threshold would have done: changed verdicts, alarms, reviewed pictures, scores by camera."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from service.contract.decision import Verdict
from service.contract.manifest import Threshold
from service.control_room.answer import ApiAnswer
from service.control_room.what_if.alarm_counts import raised
from service.control_room.what_if.rejudging import LEAK, NO_LEAK, VERDICTS, Booleans, Codes, Floats, rejudged_all
from service.control_room.what_if.score_table import Integers, ScoreTable
from service.judging.serving import Serving
from service.setting_groups import AlarmRule

BINS: Final = 60
WIDEST: Final = 4.0
"""Histograms reach up to so many thresholds; the last bin holds what lies above."""

FIGURES: Final = 14
MINUTE: Final = 60_000_000
"""In microseconds."""


@dataclass(frozen=True, slots=True)
class TriedCut:
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
class WhatIf(ApiAnswer):
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
    """What is known of a table before any threshold is tried; ``then`` counts the record (:func:`_counted`)."""

    serving: Serving
    table: ScoreTable
    rule: AlarmRule
    hours: float
    then: Integers
    histograms: list[tuple[list[float], list[int]]]

    def cuts(self, threshold: float) -> list[TriedCut]:
        """Say by which thresholds the cameras would be judged.

        The tried one stands in place of the artefact's: a camera with a cut of its own keeps that, unless it is the one
        that was asked for.
        """
        return [self._cut(camera, threshold) for camera in self.table.cameras]

    def verdicts(self, rows: slice, cut: TriedCut) -> Codes:
        """Judge the decisions of one camera again: places in ``VERDICTS``."""
        table, grey = self.table, cut.tried.grey_zone_from
        zone = np.inf if grey is None else grey
        return rejudged_all(table.verdict[rows], table.part[rows], table.score[rows], cut.tried.value, zone)

    def counted(self, rows: slice, cut: TriedCut) -> Integers:
        """Count what a cut makes of one camera."""
        now = self.verdicts(rows, cut)
        sure = (now == LEAK) & (self.table.score[rows] / cut.tried.value >= self.rule.sure_ratio)
        return _counted(self.table, rows, now, sure, self.rule)

    def _cut(self, camera: str | None, threshold: float) -> TriedCut:
        served = self.serving.threshold_of(camera)
        own = served is not self.serving.artifact.manifest.threshold
        named = camera is not None and camera == self.table.wanted.camera_id
        return TriedCut(camera, served, served if own and not named else served.moved_to(threshold), own)


def baseline(serving: Serving, table: ScoreTable, rule: AlarmRule) -> Baseline:
    """Count what is on record, once for every threshold."""
    served = [serving.threshold_of(camera).value for camera in table.cameras]
    cameras = table.rows_of_cameras()
    then = [_counted(table, rows, table.verdict[rows], table.sure[rows], rule) for rows in cameras]
    return Baseline(
        serving,
        table,
        rule,
        len(np.unique(table.at // MINUTE)) / 60,
        np.array(then, np.int64).reshape(-1, FIGURES),
        [_histogram(table.score[rows], value) for rows, value in zip(cameras, served, strict=True)],
    )


def what_if(base: Baseline, threshold: float) -> WhatIf:
    """Count what a threshold, above 0, would have changed; camera by camera, which fits the processor's cache."""
    table, cuts = base.table, base.cuts(threshold)
    found = [base.counted(rows, cut) for rows, cut in zip(table.rows_of_cameras(), cuts, strict=True)]
    now = np.array(found, np.int64).reshape(-1, FIGURES)
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
        total=_changes(base.then.sum(0).tolist(), now.sum(0).tolist(), base.hours),
        cameras=[
            CameraChanges(
                camera_id=cut.camera_id,
                own_threshold=cut.own,
                threshold_then=cut.served.value,
                threshold_now=cut.tried.value,
                edges=base.histograms[place][0],
                counts=base.histograms[place][1],
                changes=_changes(base.then[place].tolist(), now[place].tolist(), base.hours),
            )
            for place, cut in sorted(enumerate(cuts), key=lambda pair: pair[1].camera_id or "")
            if base.then[place].any()
        ],
    )


def _counted(table: ScoreTable, rows: slice, verdicts: Codes, sure: Booleans, rule: AlarmRule) -> Integers:
    """Figures of one camera, [14].

    Decisions by the verdict on record and the one given (nine), alarms, reviewed leaks, those that get ``no_leak``,
    reviewed good wells, those that are called leak or unknown.
    """
    kinds = len(VERDICTS)
    pairs = np.bincount(table.verdict[rows] * np.uint8(kinds) + verdicts, minlength=kinds**2)
    alarms = np.count_nonzero(raised(verdicts, sure, table.starts[rows], table.nameless[rows], rule))
    reviewed = table.review[rows]
    leaks, good = verdicts[reviewed == LEAK], verdicts[reviewed == NO_LEAK]
    reviews = (len(leaks), np.count_nonzero(leaks == NO_LEAK), len(good), np.count_nonzero(good != NO_LEAK))
    return np.array([*pairs, alarms, *reviews], np.int64)


def _changes(then: list[int], now: list[int], hours: float) -> Changes:
    *pairs, alarms, leaks, leaks_missed, good, good_alarming = now
    _, alarms_then, _, leaks_missed_then, _, good_alarming_then = then[-6:]
    kinds = len(VERDICTS)
    return Changes(
        decisions=sum(pairs),
        changed={
            before: {after: pairs[row * kinds + column] for column, after in enumerate(VERDICTS) if column != row}
            for row, before in enumerate(VERDICTS)
        },
        alarms_then=alarms_then,
        alarms_now=alarms,
        alarms_an_hour_then=alarms_then / hours if hours else 0.0,
        alarms_an_hour_now=alarms / hours if hours else 0.0,
        leaks_reviewed=leaks,
        leaks_missed_then=leaks_missed_then,
        leaks_missed_now=leaks_missed,
        good_reviewed=good,
        good_alarming_then=good_alarming_then,
        good_alarming_now=good_alarming,
    )


def _histogram(scores: Floats, threshold: float) -> tuple[list[float], list[int]]:
    edges = np.linspace(0, WIDEST * threshold, BINS + 1)
    bins = np.clip(np.searchsorted(edges, scores[np.isfinite(scores)], side="right") - 1, 0, BINS - 1)
    return edges[:-1].tolist(), np.bincount(bins, minlength=BINS).tolist()
