"""The wells that have registers, kept up by following the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from service.contract.decision import Decision
from service.contract.errors import SetupError
from service.contract.journal_entry import ALARM_KINDS, Entry, Event, EventKind
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.monitoring.cameras_file import Camera
from service.plug_settings import ModbusSettings
from service.plugs.modbus.registers import MOST_WELLS
from service.plugs.modbus.well_block import WellBlock
from service.plugs.plug import FOLLOWED, PUT_ASIDE
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

Place = tuple[str, str | None]
"""A camera, and a well of it or None for pictures that name none."""


class ModbusWells:
    """Takes decisions, alarms and silence from the journal; what is older than its memory is passed over.

    Args:
        journal: what is followed.
        places: whose registers come in this order.
        settings: how long results and triggers hold.
        open_alarms: returns the alarms that were standing before the start.
    """

    name = "modbus"
    kinds: Sequence[str] = FOLLOWED
    from_start = False
    pace = FollowerPace()

    def __init__(
        self,
        journal: Journal,
        places: Sequence[Place],
        settings: ModbusSettings,
        open_alarms: Callable[[], Awaitable[Sequence[Alarm]]],
    ) -> None:
        self._journal = journal
        self._open_alarms: Callable[[], Awaitable[Sequence[Alarm]]] | None = open_alarms
        valid, patience = timedelta(seconds=settings.valid_s), timedelta(seconds=settings.trigger_s)
        self.blocks = [WellBlock(valid, patience) for _ in places]
        self._by_place = dict(zip(places, self.blocks, strict=True))
        self.changed = asyncio.Event()

    async def advance(self, sequence: int) -> Step:
        """Take in what is new; nothing is noted on disk, since an old result proves nothing after a restart."""
        if self._open_alarms is not None:
            for alarm in await self._open_alarms():
                self._stands(alarm)
            self._open_alarms = None
        newer = self._journal.tail.after(sequence)
        for recorded in self._journal.tail.all() if newer is None else newer:
            self._take(recorded.entry)
        self.changed.set()
        return Step(max(sequence, self._journal.tail.last_sequence), 0)

    async def close(self) -> None:
        """Nothing is held open."""

    def _take(self, entry: Entry) -> None:
        if isinstance(entry, Decision):
            block = None if entry.camera_id is None else self._by_place.get((entry.camera_id, entry.well_id))
            if block is not None:
                block.decided(entry)
        elif isinstance(entry, Event) and entry.camera_id is not None:
            self._happened(entry, entry.camera_id)

    def _happened(self, event: Event, camera_id: str) -> None:
        if event.kind in ALARM_KINDS:
            self._stands(alarm_after(event))
        elif event.kind is EventKind.NO_DATA:
            for (camera, well), silent in self._by_place.items():
                if camera == camera_id and event.well_id in {None, well}:
                    silent.silent()

    def _stands(self, alarm: Alarm) -> None:
        block = None if alarm.camera_id is None else self._by_place.get((alarm.camera_id, alarm.well_id))
        if block is None:
            return
        if alarm.state in PUT_ASIDE:
            block.alarm_closed(alarm.alarm_id)
        else:
            block.alarm_opened(alarm.alarm_id)


def places_of(settings: ModbusSettings, cameras: Mapping[str, Camera]) -> list[Place]:
    """List the wells that get registers: those of the setting, or else those of the cameras file, in its order.

    Raises:
        SetupError: there are none, too many, or one is named twice.
    """
    if settings.wells is None:
        places: list[Place] = [(camera_id, well) for camera_id, camera in cameras.items() for well in camera.wells]
    else:
        named = (name.strip().partition("/") for name in settings.wells.split(","))
        places = [(camera_id, well or None) for camera_id, _, well in named]
    if not places or len(places) > MOST_WELLS or len(set(places)) < len(places):
        raise SetupError(
            f"LEAK_INSPECTION_MODBUS_WELLS: 1 to {MOST_WELLS} different wells are expected, as CAMERA/WELL with commas "
            "between, or a cameras file that names some"
        )
    return places
