"""The state of the service as the operator page shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.contract.errors import NotReady
from service.contract.manifest import GateLimits, Metrics, Threshold
from service.judging.model_switch import ModelSwitch
from service.judging.serving import SOFTWARE_VERSION, Serving
from service.monitoring.incidents import Incident, IncidentMonitor
from service.monitoring.readiness import Readiness
from service.monitoring.self_test import SelfTest
from service.record.journal.journal import Journal


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is served, and by which limits."""

    name: str
    artifact: str
    artifact_sha256: str
    threshold: Threshold
    gate: GateLimits
    metrics: dict[str, Metrics]


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """Whether decisions can be kept (``problem`` is null), how many entries there have been, and the disk they take."""

    problem: str | None
    entries: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the service is; ``problems`` names each red check of readiness, ``troubles`` whatever is wrong and lasts."""

    now: datetime
    ready: bool
    problems: list[str]
    troubles: list[Incident]
    software_version: str
    keys_needed: bool
    model: ModelStatus | None
    self_test: SelfTest | None
    journal: JournalStatus


def status_of(
    readiness: Readiness, incidents: IncidentMonitor, models: ModelSwitch, journal: Journal, *, keys_needed: bool
) -> Status:
    return Status(
        now=datetime.now(UTC),
        ready=readiness.ready,
        problems=[f"{name}: {text}" for name, text in readiness.red().items()],
        troubles=incidents.standing,
        software_version=SOFTWARE_VERSION,
        keys_needed=keys_needed,
        model=_model(models),
        self_test=models.last_test,
        journal=JournalStatus(journal.why, journal.tail.last_sequence, _size(journal.path)),
    )


def _model(models: ModelSwitch) -> ModelStatus | None:
    try:
        serving = models.current()
    except NotReady:
        return None
    return _shown(serving)


def _shown(serving: Serving) -> ModelStatus:
    identity, manifest = serving.identity, serving.artifact.manifest
    return ModelStatus(
        identity.name, identity.artifact, identity.artifact_sha256, manifest.threshold, manifest.gate, manifest.metrics
    )


def _size(journal: Path) -> int:
    """Add up the file and its write-ahead log."""
    parts = (journal, journal.with_name(f"{journal.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
