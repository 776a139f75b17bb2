"""The reading side of a running service: what its routes ask for, and how it is opened over the journal."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.control_room.board import Board
from service.control_room.heatmap import Heatmaps
from service.control_room.live_events import LiveEvents
from service.control_room.operator_actions import OperatorActions
from service.monitoring.cameras_file import Camera
from service.monitoring.monitor import Monitor
from service.record.archive.archive import Archive
from service.record.database.engine import Database, postgres_engine
from service.record.followers.other_replicas import OtherReplicas
from service.record.journal.journal import Journal
from service.record.queries.records import Records, SharedRecords
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class ReadModel:
    """Everything the reading routes may ask for (``service.routes.needs``).

    ``own_records`` are those in this replica's journal, in whose sequences live events count; ``others`` is what
    other replicas write and ``shared`` the database they share, where there are any.
    """

    records: Records
    own_records: Records
    live_events: LiveEvents
    operator_actions: OperatorActions
    archive: Archive
    heatmaps: Heatmaps
    others: OtherReplicas | None
    shared: Database | None

    @property
    def informed(self) -> bool:
        """Whether what other replicas write is known here, if there are any."""
        return self.others is not None and self.others.reached

    async def close(self) -> None:
        """Close the connections to PostgreSQL, where there are any."""
        if self.shared is not None:
            await self.shared.close()


async def open_read_model(
    journal: Journal, archive: Archive, monitor: Monitor, cameras: Mapping[str, Camera], settings: Settings
) -> ReadModel:
    """Open the reading side over an open journal; the board is up to date when this returns.

    Searches go to PostgreSQL where one is set, and live events hear from there what other replicas write; the start
    and the events of what this one writes need the journal alone.

    Raises:
        Unavailable: the record cannot be read.
    """
    url = settings.database_url
    shared = None if url is None else Database(postgres_engine(url.get_secret_value()))
    own_records = Records(journal.database)
    records = own_records if shared is None else SharedRecords(shared, own_records)
    live_events = LiveEvents(Board(cameras), journal.watch)
    await live_events.begin(own_records, journal.tail.last_sequence)
    heatmaps = Heatmaps(settings.artifacts, settings.max_pixels)
    others = None if shared is None else OtherReplicas(shared, settings.replica)
    actions = OperatorActions(journal, records, monitor)
    return ReadModel(records, own_records, live_events, actions, archive, heatmaps, others, shared)
