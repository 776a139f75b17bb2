"""The state of the service as the operator page shows it."""

import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, SecretStr

from service.contract.errors import NotReady
from service.contract.manifest import GateLimits, Metrics, Threshold
from service.control_room.answer import ApiAnswer
from service.judging.model_switch import ModelSwitch
from service.judging.serving import SOFTWARE_VERSION, Serving
from service.monitoring.incidents import Incident, IncidentMonitor
from service.monitoring.readiness import Readiness
from service.monitoring.self_test import SelfTest
from service.record.archive.archive import Archive
from service.record.followers.follower import Follower
from service.record.journal.journal import Journal
from service.settings import PREFIX, Settings, variables

PACKAGES = ("onnxruntime", "numpy", "opencv-python-headless", "fastapi", "uvicorn", "sqlalchemy")


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
class ChangedSetting:
    """A setting that differs from its default; what may be secret is not shown."""

    name: str
    value: str
    default: str


@dataclass(frozen=True, slots=True)
class FollowerStatus:
    """What reads the journal: how many entries it has yet to take, and why it cannot (null: it can)."""

    name: str
    behind: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """Where it runs: versions of what it computes with, and the disk that the record lies on."""

    versions: dict[str, str]
    disk_free_bytes: int
    disk_bytes: int
    pictures_bytes: int


@dataclass(frozen=True, slots=True)
class Status(ApiAnswer):
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
    settings: list[ChangedSetting]
    followers: list[FollowerStatus]
    machine: MachineStatus


def status_of(
    readiness: Readiness,
    incidents: IncidentMonitor,
    models: ModelSwitch,
    journal: Journal,
    archive: Archive,
    followers: Sequence[Follower],
    settings: Settings,
    *,
    keys_needed: bool,
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
        settings=changed_settings(settings),
        followers=[FollowerStatus(each.name, each.behind, each.why) for each in followers],
        machine=_machine(journal.path, archive.bytes),
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


def changed_settings(settings: Settings) -> list[ChangedSetting]:
    """Name the settings that are not as they come; addresses and passwords are only said to be set."""
    changed = []
    for variable, field in variables():
        value = _value_of(settings, variable)
        default = field.get_default(call_default_factory=True)
        if value != default:
            shown = "(set)" if isinstance(value, SecretStr) or variable.endswith("_URL") else str(value)
            changed.append(ChangedSetting(variable, shown, "" if default is None else str(default)))
    return changed


def _value_of(settings: BaseModel, variable: str, prefix: str = PREFIX) -> object:
    for name in type(settings).model_fields:
        value, here = getattr(settings, name), f"{prefix}{name.upper()}"
        if here == variable:
            return value
        if isinstance(value, BaseModel) and variable.startswith(f"{here}_"):
            return _value_of(value, variable, f"{here}_")
    raise KeyError(variable)


def _machine(journal: Path, pictures_bytes: int) -> MachineStatus:
    versions = {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    disk = shutil.disk_usage(journal.parent)
    return MachineStatus({**versions, "system": platform.platform(terse=True)}, disk.free, disk.total, pictures_bytes)


def _size(journal: Path) -> int:
    """Add up the file and its write-ahead log."""
    parts = (journal, journal.with_name(f"{journal.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
