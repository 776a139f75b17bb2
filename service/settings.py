"""All settings of the service: one frozen object, each field bounded, read from ``LEAK_INSPECTION_*``.

A group holds the settings of one part, which gets it as it is: ``LEAK_INSPECTION_JOURNAL_STRICT`` is
``journal.strict``.
"""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.contract.errors import SetupError
from service.contract.identifier import Id
from service.plug_settings import GrpcSettings, ModbusSettings, MqttSettings, OipSettings, OpcuaSettings
from service.setting_groups import (
    MIB,
    AlarmRule,
    ArchiveSettings,
    JournalSettings,
    LogSettings,
    SelfTestSettings,
    ShadowSettings,
    ShiftSettings,
)

PREFIX = "LEAK_INSPECTION_"
JOURNAL_FILE = "journal.sqlite3"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _default_replica() -> str:
    return re.sub(r"[^A-Za-z0-9._:-]", "-", socket.gethostname())[:64] or "replica"


def _default_workers() -> int:
    return min(4, os.cpu_count() or 1)


class Settings(BaseSettings):
    """Where the service listens, what it reads and writes, what it refuses, and when it raises its voice."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="_", env_nested_max_split=1, frozen=True, extra="forbid"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    publish: str | None = Field(
        None,
        description="Address a container's port is published on; whether keys are needed is judged by it, not by host.",
    )
    unprotected: bool = Field(False, description="Listen beyond loopback without any key.")
    keys_file: Path | None = Field(None, description="File of keys and roles, see below.")
    protect_health_and_metrics: bool = Field(False, description="Ask for a key on /health and /metrics too.")
    names: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._~, -]*$",
        description="Host names the service is reached by, with commas between; without keys no others are answered. "
        "Addresses, localhost and the machine's own name need not be named.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Proxies whose X-Forwarded-For, -Proto and -Prefix are believed: addresses or networks, or *.",
    )
    artifacts: Path = Field(Path("model_artifacts"), description="Folder of artefacts; may be read-only.")
    data_dir: Path = Field(Path("data"), description="Folder the service writes: record, pictures, chosen artefact.")
    cameras_file: Path | None = Field(None, description="TOML file of the cameras, their wells, cadence and gate.")
    revision: str = Field("unknown", description="Revision of the source, as the image states it; shown in metrics.")
    replicas: int = Field(
        1,
        ge=1,
        le=1000,
        description="How many replicas should run; a single one expects every camera itself.",
    )
    log: LogSettings = LogSettings()

    max_body_bytes: int = Field(8 * MIB, ge=1024, le=1024 * MIB, description="Largest body of one crop.")
    max_batch_bytes: int = Field(64 * MIB, ge=1024, le=4096 * MIB, description="Largest body of a batch.")
    max_batch_crops: int = Field(256, ge=1, le=4096, description="Most crops in a batch.")
    max_pixels: int = Field(32_000_000, ge=64, le=1_000_000_000, description="Most pixels a picture may have.")

    scorer_threads: int = Field(1, ge=1, le=64, description="Threads of one inference.")
    worker_threads: int = Field(
        default_factory=_default_workers, ge=1, le=64, description="Threads for batches and large pictures."
    )
    max_in_flight: int = Field(160, ge=1, le=100_000, description="Single crops in flight; one more gets 503.")
    max_batches_in_flight: int = Field(8, ge=1, le=1000, description="Batches in flight; one more gets 503.")
    client_share: float = Field(
        0.75,
        gt=0,
        le=1,
        description="Share of these places that one camera, or address, may fill alone; one more gets 429.",
    )
    deadline_s: float = Field(5.0, gt=0, le=60, description="Time until inference where the caller names none.")
    inference_limit_s: float = Field(2.0, gt=0, le=600, description="Longest inference; it is ended then.")
    stuck_after_s: float = Field(
        10.0, gt=0, le=3600, description="A picture or batch that hangs is given up then, and a hung process ends."
    )
    keep_alive_s: int = Field(75, ge=1, le=3600, description="Time after which an idle connection is closed.")
    drain_s: float = Field(1.0, ge=0, le=60, description="Time from SIGTERM, when readiness falls, to the last accept.")

    watch_interval_s: float = Field(2.0, gt=0, le=3600, description="How often the artefact's pointer is looked at.")
    self_test: SelfTestSettings = SelfTestSettings()
    shadow: ShadowSettings = ShadowSettings()
    journal: JournalSettings = JournalSettings()
    database_url: SecretStr | None = Field(None, description="PostgreSQL that gets a copy of the record, and is read.")
    replica: Id = Field(
        default_factory=_default_replica, description="Name of this replica in the copy, one of its own for each."
    )
    webhook_url: str | None = Field(
        None, pattern=r"^https?://", description="Address that gets each alarm and each change of its state as JSON."
    )
    webhook_template: Path | None = Field(None, description="JSON file that shapes what the webhook gets.")
    webhook_secret: SecretStr | None = Field(
        None, min_length=16, description="Signs what the webhook gets (HMAC-SHA256, header X-Signature-256)."
    )

    oip: OipSettings = OipSettings()
    grpc: GrpcSettings = GrpcSettings()
    modbus: ModbusSettings = ModbusSettings()
    mqtt: MqttSettings = MqttSettings()
    opcua: OpcuaSettings = OpcuaSettings()

    archive: ArchiveSettings = ArchiveSettings()
    alarm: AlarmRule = AlarmRule()
    frozen_after_s: float = Field(10.0, gt=0, le=3600, description="Equal pictures for longer than this are frozen.")
    stale_after_s: float = Field(30.0, gt=0, le=86_400, description="A captured_at older than this is stale.")
    max_age_s: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="A captured_at older than this gets 504; without it, what is stale is unknown.",
    )
    future_after_s: float = Field(5.0, gt=0, le=86_400, description="A captured_at further ahead is refused.")
    drift_spacing_s: float = Field(
        10.0, gt=0, le=86_400, description="Time between two pictures of a well that count for drift."
    )

    shift: ShiftSettings = ShiftSettings()

    @property
    def journal_path(self) -> Path:
        return self.data_dir / JOURNAL_FILE

    @property
    def pictures_folder(self) -> Path:
        return self.archive.dir or self.data_dir / "pictures"

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        if self.max_batch_bytes < self.max_body_bytes:
            raise ValueError(f"{PREFIX}MAX_BATCH_BYTES must not be smaller than {PREFIX}MAX_BODY_BYTES")
        reached_at = self.publish or self.host
        if reached_at not in LOOPBACK and self.keys_file is None and not self.unprotected:
            raise ValueError(
                f"listening on {reached_at} without keys lets anybody in: set LEAK_INSPECTION_KEYS_FILE, "
                "or LEAK_INSPECTION_UNPROTECTED=true if that is meant"
            )
        return self


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[tuple[str, FieldInfo]]:
    """Every variable with its field, in the order of declaration; a group is none itself, its fields are."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from variables(field.annotation, f"{variable}_")
        else:
            yield variable, field


def read_settings(named: dict[str, object]) -> Settings:
    """Read the environment; what is named on the command line wins.

    Raises:
        SetupError: a value is refused, or a variable is not known; names it.
    """
    known = {variable for variable, _ in variables()}
    for variable in os.environ:
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            raise SetupError(f"{variable} is not a setting: see the table of settings in the documentation")
    try:
        return Settings(**named)  # type: ignore[arg-type]  # pydantic validates them
    except ValidationError as error:
        first = error.errors()[0]
        place = PREFIX + "_".join(str(part).upper() for part in first["loc"])
        name = f"{place}: " if place in known else ""
        raise SetupError(f"{name}{first['msg'].removeprefix('Value error, ')}") from error
