"""Reading the record, whichever database holds it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from service.contract.decision import Decision
from service.contract.errors import NotFound
from service.contract.journal_entry import ALARM_KINDS, DECISION, REVIEW, Event, EventKind, Recorded, Review
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.record.database.engine import Database
from service.record.database.entry_row import micros, moment
from service.record.database.schema import entries, wells
from service.record.queries.cursor import parse_cursor
from service.record.queries.lookup import entries_after, recorded, with_models
from service.record.queries.scores import worst_decisions
from service.record.queries.search import NOT_A_DECISION, DecisionFilter, newest_decisions, place_of, standing

T = TypeVar("T")

ALARM_LIMIT = 5000
LARGEST_PAGE = 1000
MOST_WELLS = 4096


class Page(NamedTuple):
    """Some decisions, newest first, and the cursor of the page after them, None on the last."""

    decisions: list[Decision]
    next_cursor: str | None


class Records:
    """What can be asked of the record, in SQLite or PostgreSQL.

    Each question is one or a few short statements, so that no reader holds a snapshot for long. Every call raises
    ``TooBroad`` where it takes longer than its deadline, ``Overloaded`` where too many wait, and ``Unavailable`` where
    the database cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def decision(self, decision_id: str) -> Decision:
        """Return one decision; raise ``NotFound`` where there is none of that id."""
        query = with_models().where(entries.c.id == decision_id, entries.c.kind == DECISION)
        found = _decisions(await self._database.read(lambda connection: recorded(connection, query)))
        if not found:
            raise NotFound("there is no decision of this id: it never was, or it was deleted for its age")
        return found[0]

    async def decisions(self, decision_ids: Collection[str]) -> dict[str, Decision]:
        """Return those of these decisions that there are, by id."""
        query = with_models().where(entries.c.id.in_(decision_ids), entries.c.kind == DECISION)
        found = _decisions(await self._database.read(lambda connection: recorded(connection, query)))
        return {decision.decision_id: decision for decision in found}

    async def page(self, wanted: DecisionFilter, limit: int, cursor: str | None = None) -> Page:
        """Return decisions newest first; raise ``MalformedField`` for a cursor that no page has given."""
        place = None if cursor is None else parse_cursor(cursor)
        rows = await self._database.read(lambda connection: newest_decisions(connection, wanted, place, limit + 1))
        return Page(_decisions(rows[:limit]), str(place_of(rows[limit - 1])) if len(rows) > limit else None)

    async def stream(self, wanted: DecisionFilter) -> AsyncIterator[list[Decision]]:
        """Yield all decisions, newest first, some at a time, however many there are."""
        cursor: str | None = None
        while True:
            page = await self.page(wanted, LARGEST_PAGE, cursor)
            if page.decisions:
                yield page.decisions
            cursor = page.next_cursor
            if cursor is None:
                return

    async def reviews(self, decision_ids: Collection[str]) -> dict[str, list[Review]]:
        """Return every review of these decisions, oldest first; a decision without any is absent."""
        query = with_models().where(entries.c.about.in_(decision_ids), entries.c.kind == REVIEW)
        rows = await self._database.read(lambda connection: recorded(connection, query.order_by(entries.c.sequence)))
        found: dict[str, list[Review]] = {}
        for _, review in rows:
            if isinstance(review, Review):
                found.setdefault(review.decision_id, []).append(review)
        return found

    async def latest(self, most: int = MOST_WELLS, cameras: Collection[str] = ()) -> list[Decision]:
        """Return the latest decision of each well in the order written.

        Those of ``most`` wells that sent last, and of all wells of some cameras: a record may know any number.
        """
        newest = select(wells.c.sequence).order_by(wells.c.sequence.desc()).limit(most).subquery()
        wanted = or_(entries.c.sequence.in_(select(newest)), entries.c.sequence.in_(_wells_of(cameras)))
        query = with_models().where(wanted).order_by(entries.c.sequence)
        return _decisions(await self._database.read(lambda connection: recorded(connection, query)))

    async def scores(
        self, camera_id: str, well_id: str, since: datetime, until: datetime, stretches: int
    ) -> list[Decision]:
        """Return the worst decision of each of that many equal stretches of time, oldest first."""
        return await self._database.read(
            lambda connection: worst_decisions(connection, camera_id, well_id, since, until, stretches)
        )

    async def events(self, limit: int, kinds: Collection[EventKind] = ()) -> list[Event]:
        """Return the newest events, of all kinds or of some, newest first."""
        query = with_models().where(NOT_A_DECISION, entries.c.kind.in_([kind.value for kind in kinds or EventKind]))
        query = query.order_by(entries.c.sequence.desc()).limit(limit)
        return _events(await self._database.read(lambda connection: recorded(connection, query)))

    async def standing_alarms(self) -> list[Alarm]:
        """Return the alarms that are not over, as they are, the newest first."""
        return await self._alarms(standing(), ALARM_LIMIT)

    async def alarms(self, limit: int) -> list[Alarm]:
        """Return the newest alarms as they are, in whatever state, the newest first."""
        return await self._alarms(and_(NOT_A_DECISION, entries.c.kind == EventKind.ALARM_RAISED.value), limit)

    async def raised_since(self, since: datetime) -> list[datetime]:
        """Return when alarms were raised since then, ``ALARM_LIMIT`` of them at most."""
        raised = and_(NOT_A_DECISION, entries.c.kind == EventKind.ALARM_RAISED.value, entries.c.at >= micros(since))
        query = select(entries.c.at).where(raised).order_by(entries.c.at.desc()).limit(ALARM_LIMIT)
        return [moment(at) for at in await self._database.read(lambda one: one.scalars(query).all())]

    async def after(self, sequence: int, limit: int, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return the next entries in the order in which this database got them, of all kinds or of some."""
        return await self._database.read(lambda connection: entries_after(connection, sequence, limit, kinds))

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Ask a question of another module of this room."""
        return await self._database.read(question)

    async def _alarms(self, which: ColumnElement[bool], limit: int) -> list[Alarm]:
        query = with_models().where(which).order_by(entries.c.sequence.desc()).limit(limit)
        raised = _events(await self._database.read(lambda connection: recorded(connection, query)))
        alarms = {event.event_id: alarm_after(event) for event in raised}
        last = select(func.max(entries.c.sequence)).where(
            entries.c.about.in_(alarms), entries.c.about.is_not(None), entries.c.kind.in_(ALARM_KINDS[1:])
        )
        changes = with_models().where(entries.c.sequence.in_(last.group_by(entries.c.about)))
        for event in _events(await self._database.read(lambda connection: recorded(connection, changes))):
            alarms[event.alarm_id or ""] = alarm_after(event, alarms[event.alarm_id or ""])
        return await self._with_figures(list(alarms.values()))

    async def _with_figures(self, alarms: Sequence[Alarm]) -> list[Alarm]:
        """Older journals keep them with the decision alone."""
        known = await self.decisions([each.decision_id for each in alarms if each.reason is None and each.decision_id])
        return [each.with_figures(known[each.decision_id]) if each.decision_id in known else each for each in alarms]


class SharedRecords(Records):
    """The record that several replicas share.

    A decision of this replica is found in its own journal: at once, and while what is shared cannot be reached.
    """

    def __init__(self, database: Database, own: Records) -> None:
        super().__init__(database)
        self._own = own

    async def decision(self, decision_id: str) -> Decision:
        """Return one decision, or raise ``NotFound``."""
        try:
            return await self._own.decision(decision_id)
        except NotFound:
            return await super().decision(decision_id)


def _wells_of(cameras: Collection[str]) -> Select[tuple[int]]:
    return select(wells.c.sequence).where(wells.c.camera_id.in_(cameras))


def _decisions(rows: Sequence[Recorded]) -> list[Decision]:
    return [entry for _, entry in rows if isinstance(entry, Decision)]


def _events(rows: Sequence[Recorded]) -> list[Event]:
    return [entry for _, entry in rows if isinstance(entry, Event)]


async def ask_once(database: Database, question: Callable[[Records], Awaitable[T]]) -> T:
    """Answer a question with a database that nobody needs afterwards; it is closed."""
    try:
        return await question(Records(database))
    finally:
        await database.close()
