"""The metrics of the record: the journal, those who follow it, and the archive of pictures."""

from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge


class Followed(Protocol):
    """A follower of the journal: how many entries it is behind, and why it takes none, None while it does."""

    @property
    def name(self) -> str: ...

    @property
    def behind(self) -> int: ...

    why: str | None


class RecordMetrics:
    """Whether decisions are kept, and how much room there is for more."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "leak_inspection_audit_write_failures", "Groups of decisions that could not be written.", registry=registry
        )
        self.journal_bytes = Gauge("leak_inspection_journal_bytes", "Size of the journal.", registry=registry)
        self.journal_limit_bytes = Gauge(
            "leak_inspection_journal_limit_bytes", "Size from which old decisions are dropped.", registry=registry
        )
        self.deletion_paused = Gauge(
            "leak_inspection_deletion_paused",
            "1 while nothing is deleted for its age, since the clock jumped or cannot be trusted.",
            registry=registry,
        )
        self.damaged_journals = Gauge(
            "leak_inspection_damaged_journals",
            "Journals that could not be read and lie aside in the data folder.",
            registry=registry,
        )
        self.archive_bytes = Gauge("leak_inspection_archive_bytes", "Size of the kept pictures.", registry=registry)
        self.archive_limit_bytes = Gauge(
            "leak_inspection_archive_limit_bytes", "Size from which old pictures are dropped.", registry=registry
        )
        self.archive_failures = Counter(
            "leak_inspection_archive_write_failures", "Pictures that could not be kept.", registry=registry
        )
        self._pending = Gauge(
            "leak_inspection_follower_pending_entries",
            "Entries of the journal that a follower has not taken yet.",
            ["follower"],
            registry=registry,
        )
        self._up = Gauge(
            "leak_inspection_follower_up",
            "1 while a follower takes what it is given.",
            ["follower"],
            registry=registry,
        )

        self._refusals = Counter(
            "leak_inspection_webhook_refusals",
            "Alarms that the webhook's receiver refused for good, by the status of its answer.",
            ["code"],
            registry=registry,
        )

    def webhook_refused(self, code: int) -> None:
        self._refusals.labels(code).inc()

    def follows(self, follower: Followed) -> None:
        self._pending.labels(follower.name).set_function(lambda: follower.behind)
        self._up.labels(follower.name).set_function(lambda: follower.why is None)
