"""The record by the settings: where it lies below the data folder, who follows the journal, what is deleted."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from service.record.archive.folder import ArchiveFolder
from service.record.database.engine import postgres_engine
from service.record.followers.follower import Follower, Sink
from service.record.followers.postgres import PostgresCopy
from service.record.journal.journal import Journal
from service.record.retention.entry_stores import JournalEntryStore, PostgresEntryStore
from service.record.retention.retention import FOR_EVER, Retention
from service.settings import Settings
from service.telemetry.record_metrics import RecordMetrics

JOURNAL_FILE = "journal.sqlite3"
PICTURES_FOLDER = "pictures"


def journal_path(settings: Settings) -> Path:
    """Return the journal's file."""
    return settings.data_dir / JOURNAL_FILE


def archive_folder(settings: Settings) -> ArchiveFolder:
    """Return the folder of kept pictures."""
    return ArchiveFolder(settings.archive.dir or settings.data_dir / PICTURES_FOLDER)


async def start_followers(journal: Journal, settings: Settings, metrics: RecordMetrics) -> list[Follower]:
    """Find each follower's place in the journal and show it in the metrics; ``run`` is the caller's to call.

    Raises:
        SetupError: the database URL is not one of PostgreSQL.
    """
    followers = [Follower(journal, sink) for sink in _sinks(journal, settings)]
    for follower in followers:
        await follower.start()
        metrics.follows(follower.name, partial(_behind, follower), partial(_is_up, follower))
    return followers


def retentions(journal: Journal, settings: Settings, followers: Sequence[Follower]) -> list[Retention]:
    """Build what deletes old entries, here and in PostgreSQL; here nothing that a follower has yet to read."""
    readers = [follower for follower in followers if follower.reads_decisions]
    policy = settings.journal.retention
    kept = [Retention(JournalEntryStore(journal), policy, partial(_read_by_all, readers))]
    if settings.database_url is not None:
        store = PostgresEntryStore(postgres_engine(settings.database_url.get_secret_value(), keep=False))
        kept.append(Retention(store, policy._replace(max_bytes=None)))
    return kept


def _read_by_all(followers: Sequence[Follower]) -> int:
    return min((follower.sequence for follower in followers), default=FOR_EVER)


def _sinks(journal: Journal, settings: Settings) -> list[Sink]:
    sinks: list[Sink] = []
    if settings.database_url is not None:
        engine = postgres_engine(settings.database_url.get_secret_value())
        sinks.append(PostgresCopy(journal, engine, settings.replica))
    if settings.webhook_url is not None:
        from service.record.followers.webhook import Webhook  # noqa: PLC0415  # brings an HTTP client, which few need

        sinks.append(Webhook(journal, settings.webhook_url))
    return sinks


def _behind(follower: Follower) -> int:
    return follower.behind


def _is_up(follower: Follower) -> bool:
    return follower.why is None
