"""The parts of a running service, as the composition root made them."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from service.cameras import Camera
from service.contract.run_limit import RunLimit
from service.edge.access import Access
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.monitoring.camera import CameraWatch
from service.oversight import Oversight
from service.readiness import Readiness
from service.record.archive.archive import Archive
from service.record.event_outbox import Chronicle
from service.record.journal.journal import Journal
from service.settings import Settings
from service.telemetry.metrics import Metrics
from service.troubles import Troubles


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the routes may ask for (``service.routes.needs``)."""

    settings: Settings
    access: Access
    metrics: Metrics
    readiness: Readiness
    models: ModelSwitch
    journal: Journal
    archive: Archive
    oversight: Oversight
    chronicle: Chronicle
    troubles: Troubles
    watch: CameraWatch
    inspector: Inspector
    workers: Executor
    cameras: dict[str, Camera]
    run_limit: RunLimit
    hung: Callable[[str], None]
