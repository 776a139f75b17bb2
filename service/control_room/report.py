"""The report of a cast or of a time: wells with their leaks and unknowns over time, alarms, and what people said."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from service.contract.decision import Verdict
from service.contract.errors import NotFound, TooBroad
from service.control_room.answer import ApiAnswer
from service.control_room.live_views import AlarmView
from service.monitoring.alarms.alarm import Alarm, Well
from service.record.queries.records import Records
from service.record.queries.reports import (
    ReportRange,
    ReviewedPicture,
    Stretch,
    cast_times,
    pictures_of_wells,
    reviewed_pictures,
    stretches,
)

MOST_ALARMS = 5000
A_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Marks:
    """Leaks and unknowns in one stretch: ``index`` counts stretches of ``step_s`` from ``from``."""

    index: int
    leak: int = 0
    unknown: int = 0
    decision_id: str = ""


@dataclass(slots=True)
class WellReport:
    """One well: how many pictures (null: too many to count), leaks and unknowns, where, and the newest of the worst."""

    camera_id: str | None
    well_id: str | None
    pictures: int | None
    leak: int = 0
    unknown: int = 0
    worst_score: float | None = None
    decision_id: str | None = None
    marks: list[Marks] = field(default_factory=list)


@dataclass(slots=True)
class ReviewReport:
    """A person's verdict on a picture of the report."""

    decision_id: str
    camera_id: str | None
    well_id: str | None
    received_at: datetime
    created_at: datetime
    verdict: Verdict
    reviewer: str
    comment: str


@dataclass(slots=True)
class Report(ApiAnswer):
    """What happened from ``since`` to ``until``; ``pictures`` is null where they are too many to count in time."""

    since: datetime
    until: datetime
    step_s: float
    camera_id: str | None
    cast_id: str | None
    pictures: int | None
    leak: int
    unknown: int
    wells: list[WellReport]
    alarms: list[AlarmView]
    reviews: list[ReviewReport]


async def range_of_cast(records: Records, cast_id: str, camera_id: str | None) -> ReportRange:
    """Find the time of a cast.

    Raises:
        NotFound: no picture of it is on record.
    """
    times = await records.ask(lambda connection: cast_times(connection, cast_id))
    if times is None:
        raise NotFound("no picture of this cast is on record")
    first, last = times
    return ReportRange(first, last + A_SECOND, camera_id, cast_id)


async def report_on(records: Records, wanted: ReportRange, number: int, *, counted: bool = True) -> Report:
    """Make the report, with that many stretches; ``counted`` says whether good pictures are counted, which takes long.

    Raises:
        TooBroad: there are too many leaks and unknowns to sum them up in time.
    """
    found = await records.ask(lambda connection: stretches(connection, wanted, number))
    pictures = await _pictures(records, wanted) if counted else None
    reviews = await records.ask(lambda connection: reviewed_pictures(connection, wanted))
    wells = _wells(found, pictures)
    places = {(well.camera_id, well.well_id) for well in wells}
    alarms = [alarm for alarm in await records.alarms(MOST_ALARMS) if _belongs(alarm, wanted, places)]
    return Report(
        since=wanted.since,
        until=wanted.until,
        step_s=(wanted.until - wanted.since).total_seconds() / number,
        camera_id=wanted.camera_id,
        cast_id=wanted.cast_id,
        pictures=None if pictures is None else sum(pictures.values()),
        leak=sum(well.leak for well in wells),
        unknown=sum(well.unknown for well in wells),
        wells=wells,
        alarms=[AlarmView.of(alarm) for alarm in alarms],
        reviews=[_review(each) for each in reviews],
    )


async def _pictures(records: Records, wanted: ReportRange) -> dict[Well, int] | None:
    try:
        return await records.ask(lambda connection: pictures_of_wells(connection, wanted))
    except TooBroad:
        return None


def _belongs(alarm: Alarm, wanted: ReportRange, places: set[Well]) -> bool:
    in_time = wanted.since <= alarm.raised_at < wanted.until
    of_camera = wanted.camera_id in {None, alarm.camera_id}
    return in_time and of_camera and (wanted.cast_id is None or alarm.well in places)


def _wells(found: Sequence[Stretch], pictures: dict[Well, int] | None) -> list[WellReport]:
    by_well: dict[Well, list[Stretch]] = defaultdict(list)
    for stretch in found:
        by_well[stretch.camera_id, stretch.well_id].append(stretch)
    every = {*by_well, *(pictures or {})}
    wells = [_well(place, by_well[place], None if pictures is None else pictures.get(place, 0)) for place in every]
    return sorted(wells, key=lambda well: (-well.leak, -well.unknown, well.camera_id or "", well.well_id or ""))


def _well(place: Well, found: Iterable[Stretch], pictures: int | None) -> WellReport:
    well, marks = WellReport(*place, pictures), dict[int, Marks]()
    for stretch in sorted(found, key=lambda each: (each.verdict is Verdict.LEAK, each.index)):
        mark = marks.setdefault(stretch.index, Marks(stretch.index))
        mark.decision_id = well.decision_id = stretch.decision_id
        if stretch.verdict is Verdict.LEAK:
            mark.leak, well.leak = stretch.count, well.leak + stretch.count
        else:
            mark.unknown, well.unknown = stretch.count, well.unknown + stretch.count
        scores = [score for score in (well.worst_score, stretch.worst_score) if score is not None]
        well.worst_score = max(scores, default=None)
    well.marks = [marks[index] for index in sorted(marks)]
    return well


def _review(picture: ReviewedPicture) -> ReviewReport:
    review = picture.review
    return ReviewReport(
        review.decision_id,
        picture.camera_id,
        picture.well_id,
        picture.received_at,
        review.at.astimezone(UTC),
        review.verdict,
        review.reviewer,
        review.comment,
    )
