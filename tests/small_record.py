"""A record in memory, for tests of what reads one."""

from collections.abc import Collection, Sequence

from service.contract.decision import Decision
from service.contract.errors import NotFound
from service.contract.journal_entry import Event, EventKind
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.record.queries.records import Records


class SmallRecord(Records):
    """A record of a few entries, as a start finds it."""

    def __init__(
        self, decisions: Sequence[Decision], alarms: Sequence[Event] = (), events: Sequence[Event] = ()
    ) -> None:
        self.known = list(decisions)
        self.raised = list(alarms)
        self.newest_events = list(events)

    async def decision(self, decision_id: str) -> Decision:
        for decision in self.known:
            if decision.decision_id == decision_id:
                return decision
        raise NotFound("gone")

    async def decisions(self, decision_ids: Collection[str]) -> dict[str, Decision]:
        return {each.decision_id: each for each in self.known if each.decision_id in decision_ids}

    async def latest(self, most: int = 0, cameras: Collection[str] = ()) -> list[Decision]:
        newest = self.known[-most:]
        return [each for each in self.known if each in newest or each.camera_id in cameras]

    async def events(self, limit: int, kinds: Collection[EventKind] = ()) -> list[Event]:
        return [event for event in self.newest_events if event.kind in kinds][:limit]

    async def standing_alarms(self) -> list[Alarm]:
        return await self._with_figures([alarm_after(event) for event in self.raised])
