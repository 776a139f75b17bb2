"""``GET /v1/events``: the journal as server-sent events, as it grows.

Leaks, unknowns, alarms, silence and drift are sent at once; decisions on good wells at most every ``GOOD_EVERY_S``, of
each well the latest. Ids are sequences of the journal: a client that comes back with ``Last-Event-ID`` misses nothing
urgent.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from time import monotonic
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind, Recorded, is_good
from service.control_room.board import Board, silent_since
from service.control_room.live_events import Subscription
from service.control_room.live_views import Brief, DriftView, ServiceEventView, SilenceView
from service.edge.strict_route import StrictRoute
from service.monitoring.readiness import Readiness
from service.record.queries.records import Records
from service.routes.needs import OPERATOR_ONLY, LiveEventsNeed, OwnRecordsNeed, ReadinessNeed

router = APIRouter(prefix="/v1", tags=["record"], route_class=StrictRoute)

GOOD_EVERY_S = 0.25
HEARTBEAT_EVERY_S = 2.0
CATCH_UP_AT_ONCE = 500
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
SILENCE = frozenset({EventKind.NO_DATA, EventKind.DATA_RESUMED})
DRIFT = frozenset({EventKind.DRIFT, EventKind.DRIFT_ENDED})

Place = Annotated[int | None, Query(ge=0, le=2**62, description="Begin after this sequence of the journal.")]
LastEventId = Annotated[str | None, Header(pattern=r"^[0-9]{1,18}$", description="As `after`, and wins over it.")]


class EventStream(StreamingResponse):
    """Server-sent events, for as long as the client stays: no duration to judge the service by."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        scope["endless"] = True
        await super().__call__(scope, receive, send)


def _subscribe(live_events: LiveEventsNeed) -> Iterator[Subscription]:
    with live_events.subscribe() as subscription:
        yield subscription


@router.get("/events", operation_id="followEvents", dependencies=[OPERATOR_ONLY], response_class=EventStream)
async def events(
    live_events: LiveEventsNeed,
    own: OwnRecordsNeed,
    readiness: ReadinessNeed,
    subscription: Annotated[Subscription, Depends(_subscribe)],
    after: Place = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Follow decisions, alarms and silence: from a place in the journal, or from now on."""
    place = after if last_event_id is None else int(last_event_id)
    start = subscription.sequence if place is None else place
    missed = _missed(own, start, subscription.sequence)
    return EventStream(_lines(subscription, live_events.board, start, missed, readiness), headers=HEADERS)


async def _lines(
    subscription: Subscription, board: Board, start: int, missed: AsyncIterator[list[Recorded]], readiness: Readiness
) -> AsyncIterator[bytes]:
    yield _heartbeat(start)
    async for entries in missed:
        for line in _told(entries, board, entries[-1].sequence):
            yield line
    good_at = beat_at = monotonic()
    while not subscription.dropped and not readiness.stopping:
        await subscription.news(GOOD_EVERY_S)
        now = monotonic()
        entries, place = subscription.take_urgent(), subscription.sequence
        if now - good_at >= GOOD_EVERY_S:
            entries += subscription.take_good()
            good_at = now
        for line in _told(entries, board, place):
            yield line
        if now - beat_at >= HEARTBEAT_EVERY_S:
            yield _heartbeat(place)
            beat_at = now
    yield _line("dropped", {"detail": "too slow, or the service stops: connect again"}, None)


async def _missed(records: Records, place: int, until: int) -> AsyncIterator[list[Recorded]]:
    """Yield what was urgent between two places of the journal."""
    while place < until:
        entries = await records.after(place, CATCH_UP_AT_ONCE)
        if not entries:
            return
        place = entries[-1].sequence
        urgent = [recorded for recorded in entries if recorded.sequence <= until and not is_good(recorded.entry)]
        if urgent:
            yield urgent


def _told(entries: Sequence[Recorded], board: Board, place: int) -> Iterator[bytes]:
    """Turn entries into events; decisions that follow each other share one."""
    for is_decision, group in groupby(entries, lambda recorded: isinstance(recorded.entry, Decision)):
        if is_decision:
            briefs = [Brief.of(sequence, entry) for sequence, entry in group if isinstance(entry, Decision)]
            yield _line("decisions", briefs, place)
            continue
        for recorded in group:
            if isinstance(recorded.entry, Event):
                yield from _happened(recorded.entry, board, place)


def _happened(event: Event, board: Board, place: int) -> Iterator[bytes]:
    camera_id = event.camera_id
    if event.kind in ALARM_KINDS:
        alarm = board.alarm(event)
        if alarm is not None:
            yield _line("alarm", alarm, place)
    elif camera_id is None:
        yield _line("service", ServiceEventView(event.kind, event.at, dict(event.payload)), place)
    elif event.kind in SILENCE:
        yield _line("no_data", SilenceView(camera_id, event.well_id, silent_since(event)), place)
    elif event.kind in DRIFT:
        yield _line("drift", DriftView(camera_id, board.drifting(camera_id)), place)
    else:
        payload = {**event.payload, "camera_id": camera_id}
        yield _line("service", ServiceEventView(event.kind, event.at, payload), place)


def _heartbeat(place: int) -> bytes:
    return _line("heartbeat", {"now": datetime.now(UTC), "sequence": place}, place)


def _line(name: str, data: object, place: int | None) -> bytes:
    text = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    identity = b"" if place is None else b"id: %d\n" % place
    return b"%sevent: %s\ndata: %s\n\n" % (identity, name.encode(), text)
