"""What people have chosen, as the record has it: the second witness of the small files of the data folder.

A file can be deleted, or restored from a time before the last choice, and nothing in it would show that. Each choice is
an event in the journal too, and those events are never deleted for their age.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import JsonValue, ValidationError

from service.contract.journal_entry import Event, EventKind
from service.judging.active_choice import Activated
from service.judging.armings import Arming
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records, ask_once

MOST_EVENTS = 100_000
ARMINGS = (EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED)
SHADOWS = (EventKind.SHADOW_STARTED, EventKind.SHADOW_ENDED)

logger = logging.getLogger(__name__)


class RecordedChoices(NamedTuple):
    """The choices that count by the record.

    ``armings`` has None for a camera that was disarmed last, and nothing of one that nobody has ever armed;
    ``shadow`` is the artefact that was chosen as shadow and not dropped.
    """

    activated: Activated | None = None
    armings: Mapping[str, Arming | None] = MappingProxyType({})
    shadow: str | None = None


async def recorded_choices(records: Records) -> RecordedChoices:
    """Read them from the journal of this replica.

    Raises:
        Unavailable: it cannot be read.
    """
    activations = await records.events(1, [EventKind.MODEL_ACTIVATED])
    armings = await records.events(MOST_EVENTS, ARMINGS)
    shadows = await records.events(1, SHADOWS)
    running = [one.payload.get("artifact") for one in shadows if one.kind is EventKind.SHADOW_STARTED]
    return RecordedChoices(
        next(map(_activated, activations), None), armings_of(reversed(armings)), str(running[0]) if running else None
    )


def choices_on_record(journal: Path) -> RecordedChoices:
    """Read them beside the service, or without it; none where there is no journal.

    Raises:
        Unavailable: it cannot be read.
    """
    if not journal.is_file():
        return RecordedChoices()
    return asyncio.run(ask_once(Database(sqlite_engine(journal)), recorded_choices))


def armings_of(events: Iterable[Event]) -> dict[str, Arming | None]:
    """Follow armings and disarmings in their order; what could not be kept was undone, and counts as never done."""
    now: dict[str, Arming | None] = {}
    before: dict[str, Arming | None] = {}
    for event in events:
        camera_id, undone = event.camera_id or "", event.payload.get("undoes")
        if undone is not None:
            now[camera_id] = before.get(str(undone))
            continue
        before[event.event_id] = now.get(camera_id)
        try:
            now[camera_id] = None if event.kind is EventKind.CAMERA_DISARMED else _arming(event)
        except ValidationError:
            logger.warning("an arming on record is none that this software knows", extra={"event": event.event_id})
            now.pop(camera_id, None)
    return now


def armed(camera_id: str, arming: Arming, cut_before: float) -> Event:
    """What the record says of an arming: all of it."""
    said: dict[str, JsonValue] = arming.model_dump(mode="json", exclude={"event_id", "at", "cut"})
    cuts = {"cut_before": cut_before, "cut_after": arming.cut}
    return Event(arming.event_id, EventKind.CAMERA_ARMED, arming.at, camera_id, payload=said | cuts)


def _arming(event: Event) -> Arming:
    said = {name: value for name, value in event.payload.items() if name not in {"cut_before", "cut_after"}}
    return Arming.model_validate(
        {**said, "event_id": event.event_id, "at": event.at, "cut": event.payload.get("cut_after")}
    )


def _activated(event: Event) -> Activated | None:
    try:
        return Activated.model_validate({name: event.payload.get(name) for name in Activated.model_fields})
    except ValidationError:  # of an older version, which did not say enough to be a witness
        return None
