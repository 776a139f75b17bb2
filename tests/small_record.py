"""A record in memory, for tests of what reads one."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

from service.contract.decision import Decision
from service.contract.errors import NotFound
from service.contract.journal_entry import Event, EventKind, Recorded, Review
from service.record.queries.records import DecisionFilter, Page


class SmallRecord:
    """A record of a few entries, as a start finds it."""

    def __init__(
        self, decisions: Sequence[Decision], alarms: Sequence[Event] = (), events: Sequence[Event] = ()
    ) -> None:
        self.decisions = list(decisions)
        self.alarms = list(alarms)
        self.newest_events = list(events)

    async def decision(self, decision_id: str) -> Decision:
        for decision in self.decisions:
            if decision.decision_id == decision_id:
                return decision
        raise NotFound("gone")

    async def latest(self) -> list[Decision]:
        return self.decisions

    async def events(self, limit: int, kinds: Collection[EventKind] = ()) -> list[Event]:
        return [event for event in self.newest_events if event.kind in kinds][:limit]

    async def active_alarms(self) -> list[Event]:
        return self.alarms

    async def page(self, wanted: DecisionFilter, limit: int, cursor: str | None = None) -> Page:
        raise NotImplementedError

    def stream(self, wanted: DecisionFilter) -> AsyncIterator[list[Decision]]:
        raise NotImplementedError

    async def reviews(self, decision_ids: Collection[str]) -> dict[str, list[Review]]:
        raise NotImplementedError

    async def scores(
        self, camera_id: str, well_id: str, since: datetime, until: datetime, stretches: int
    ) -> list[Decision]:
        raise NotImplementedError

    async def after(self, sequence: int, limit: int, kinds: Sequence[str] = ()) -> list[Recorded]:
        raise NotImplementedError
