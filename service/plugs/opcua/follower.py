"""The follower that shows decisions, alarms and silence in OPC UA, in the order of the journal."""

from collections.abc import Awaitable, Callable, Sequence

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind, Recorded
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.plugs.opcua.server import OpcuaPlug
from service.plugs.opcua.vision_system import VisionSystem
from service.plugs.plug import FOLLOWED, PUT_ASIDE
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

MOST_AT_ONCE = 50


class OpcuaFollower:
    """Leads the vision system along the journal; ``standing`` returns the alarms of before the start."""

    name = "opcua"
    kinds: Sequence[str] = FOLLOWED
    from_start = False
    pace = FollowerPace(note_every_s=1.0, longest_retry_s=2.0)

    def __init__(self, journal: Journal, plug: OpcuaPlug, standing: Callable[[], Awaitable[Sequence[Alarm]]]) -> None:
        self._journal = journal
        self._plug = plug
        self._standing: Callable[[], Awaitable[Sequence[Alarm]]] | None = standing

    async def advance(self, sequence: int) -> Step:
        """Show the next entries."""
        entries = await self._journal.newer(sequence, MOST_AT_ONCE)
        if not entries:
            return Step(sequence, 0)
        standing = [] if self._standing is None else [*await self._standing()]

        async def show(system: VisionSystem) -> None:
            for alarm in standing:
                _stands(system, alarm)
            for recorded in entries:
                await _show(system, recorded)
            await system.plain.show_alarm()

        await self._plug.call(show)
        self._standing = None
        decisions = [recorded.entry for recorded in entries if isinstance(recorded.entry, Decision)]
        if decisions:
            self._plug.newest_at = decisions[-1].received_at
        return Step(entries[-1].sequence, len(entries))

    async def close(self) -> None:
        """The server is closed by who runs it."""


async def _show(system: VisionSystem, recorded: Recorded) -> None:
    sequence, entry = recorded
    if isinstance(entry, Decision):
        await system.show_result(sequence, entry)
    elif isinstance(entry, Event) and entry.kind in ALARM_KINDS:
        _stands(system, alarm_after(entry))
    elif isinstance(entry, Event) and entry.kind is EventKind.NO_DATA and entry.camera_id is not None:
        await system.plain.show_silence(sequence, entry.camera_id, entry.well_id)


def _stands(system: VisionSystem, alarm: Alarm) -> None:
    system.plain.stands(alarm.alarm_id, over=alarm.state in PUT_ASIDE)
