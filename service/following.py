"""Who follows the journal, by the settings: a PostgreSQL, a webhook."""

from functools import partial

from service.record_metrics import RecordMetrics
from service.settings import Settings
from service.store.database import postgres_engine
from service.store.follower import Follower, Sink
from service.store.journal import Journal
from service.store.postgres import PostgresCopy
from service.store.webhook import Webhook


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


def _sinks(journal: Journal, settings: Settings) -> list[Sink]:
    sinks: list[Sink] = []
    if settings.database_url is not None:
        engine = postgres_engine(settings.database_url.get_secret_value())
        sinks.append(PostgresCopy(journal, engine, settings.replica))
    if settings.webhook_url is not None:
        sinks.append(Webhook(journal, settings.webhook_url))
    return sinks


def _behind(follower: Follower) -> int:
    return follower.behind


def _is_up(follower: Follower) -> bool:
    return follower.why is None
