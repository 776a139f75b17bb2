"""The metrics of the record: the journal, those who follow it, and the archive of pictures."""

from prometheus_client import CollectorRegistry, Counter, Gauge


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
        self.archive_bytes = Gauge("leak_inspection_archive_bytes", "Size of the kept pictures.", registry=registry)
        self.archive_limit_bytes = Gauge(
            "leak_inspection_archive_limit_bytes", "Size from which old pictures are dropped.", registry=registry
        )
        self.pending = Gauge(
            "leak_inspection_follower_pending_entries",
            "Entries a follower has not taken yet.",
            ["follower"],
            registry=registry,
        )
        self.follower_failures = Counter(
            "leak_inspection_follower_failures", "Attempts of a follower that failed.", ["follower"], registry=registry
        )

    def follows(self, follower: str) -> None:
        """Initialise the series of a configured follower."""
        self.pending.labels(follower).set(0)
        self.follower_failures.labels(follower).inc(0)
