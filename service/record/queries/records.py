"""Reading the record, whichever database holds it."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import Event, EventKind, Recorded, Review

LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are wanted; None lets all pass.

    ``since`` and ``until`` (excluded) are about ``received_at``; the range of scores includes both ends, and excludes
    decisions without a score.
    """

    since: datetime | None = None
    until: datetime | None = None
    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    verdicts: frozenset[Verdict] | None = None
    reason: Reason | None = None
    score_from: float | None = None
    score_to: float | None = None
    reviewed: bool | None = None


class Page(NamedTuple):
    """Some decisions, newest first, and the cursor of the page after them, None on the last."""

    decisions: list[Decision]
    next_cursor: str | None


class Records(Protocol):
    """What can be asked of the record.

    Every call raises ``TooBroad`` where it takes longer than its deadline, ``Overloaded`` where too many wait, and
    ``Unavailable`` where the database cannot be reached.
    """

    async def decision(self, decision_id: str) -> Decision:
        """Return one decision; raise ``NotFound`` where there is none of that id."""

    async def page(self, wanted: DecisionFilter, limit: int, cursor: str | None = None) -> Page:
        """Return decisions newest first; raise ``MalformedField`` for a cursor that no page has given."""

    def stream(self, wanted: DecisionFilter) -> AsyncIterator[list[Decision]]:
        """Yield all decisions, newest first, some at a time, however many there are."""

    async def reviews(self, decision_ids: Collection[str]) -> dict[str, list[Review]]:
        """Return every review of these decisions, oldest first; a decision without any is absent."""

    async def latest(self) -> list[Decision]:
        """Return the latest decision of each well of each camera."""

    async def scores(
        self, camera_id: str, well_id: str, since: datetime, until: datetime, stretches: int
    ) -> list[Decision]:
        """Return the worst decision of each of that many equal stretches of time, oldest first."""

    async def events(self, limit: int, kinds: Collection[EventKind] = ()) -> list[Event]:
        """Return the newest events, of all kinds or of some, newest first."""

    async def active_alarms(self) -> list[Event]:
        """Return the alarms that nobody has acknowledged, newest first."""

    async def after(self, sequence: int, limit: int, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return the next entries in the order in which this database got them, of all kinds or of some."""
