"""What follows the journal: copies of the record, the webhook, and what deletes old entries behind them."""

from collections.abc import Sequence
from functools import partial

from service.record.database.engine import Database, postgres_engine
from service.record.followers.follower import Follower, Sink
from service.record.followers.payload import read_template
from service.record.followers.postgres import PostgresCopy
from service.record.journal.journal import Journal
from service.record.retention.entry_stores import JournalEntryStore, PostgresEntryStore
from service.record.retention.retention import FOR_EVER, Retention
from service.settings import Settings
from service.telemetry.metrics import ServiceMetrics


def shared_database(settings: Settings) -> Database | None:
    """The PostgreSQL that replicas share, where one is set."""
    url = settings.database_url
    return None if url is None else Database(postgres_engine(url.get_secret_value()))


def sinks_of(journal: Journal, settings: Settings, metrics: ServiceMetrics) -> list[Sink]:
    """Where the settings want the record, or its alarms, to go."""
    sinks: list[Sink] = []
    if settings.database_url is not None:
        engine = postgres_engine(settings.database_url.get_secret_value())
        sinks.append(PostgresCopy(journal, engine, settings.replica))
    if settings.webhook_url is not None:
        from service.record.followers.webhook import Webhook  # noqa: PLC0415  # brings an HTTP client, which few need

        template = None if settings.webhook_template is None else read_template(settings.webhook_template)
        secret = None if settings.webhook_secret is None else settings.webhook_secret.get_secret_value().encode()
        refused = metrics.record.webhook_refused
        sinks.append(Webhook(journal, settings.webhook_url, template=template, secret=secret, refused=refused))
    return sinks


def retentions_of(journal: Journal, settings: Settings, followers: Sequence[Follower]) -> list[Retention]:
    """What deletes old entries, here and in PostgreSQL; here nothing that a follower has yet to read."""
    policy = settings.journal.retention
    readers = [follower for follower in followers if follower.reads_decisions]
    kept = [Retention(JournalEntryStore(journal), policy, partial(_read_by_all, readers))]
    if settings.database_url is not None:
        store = PostgresEntryStore(postgres_engine(settings.database_url.get_secret_value(), keep=False))
        kept.append(Retention(store, policy._replace(max_bytes=None)))
    return kept


def out_of_reach(followers: Sequence[Follower]) -> dict[str, str]:
    """Why a follower cannot go on, by its name."""
    return {follower.name: follower.why for follower in followers if follower.why is not None}


def _read_by_all(followers: Sequence[Follower]) -> int:
    return min((follower.sequence for follower in followers), default=FOR_EVER)
