"""The parts of a running service, as the composition root made them."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from service.contract.run_limit import RunLimit
from service.edge.access import Access
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.monitoring.cameras_file import Camera
from service.monitoring.freshness import FreshnessMonitor
from service.monitoring.incidents import IncidentMonitor
from service.monitoring.monitor import Monitor
from service.monitoring.readiness import Readiness
from service.record.archive.archive import Archive
from service.record.event_outbox import EventOutbox
from service.record.journal.journal import Journal
from service.settings import Settings
from service.telemetry.metrics import ServiceMetrics


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the routes may ask for (``service.routes.needs``)."""

    settings: Settings
    access: Access
    metrics: ServiceMetrics
    readiness: Readiness
    models: ModelSwitch
    journal: Journal
    archive: Archive
    monitor: Monitor
    event_outbox: EventOutbox
    incidents: IncidentMonitor
    watch: FreshnessMonitor
    inspector: Inspector
    workers: Executor
    cameras: dict[str, Camera]
    run_limit: RunLimit
    hung: Callable[[str], None]
