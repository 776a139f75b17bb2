"""What commissioning cameras needs of the others."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from service.contract.errors import NotReady
from service.control_room.board import Board
from service.control_room.commissioning.camera_study import BESIDE_THE_LINE, CameraStudies
from service.control_room.commissioning.desk import CommissioningDesk
from service.frame_inspector import FrameInspector
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.model_switch import ModelSwitch
from service.monitoring.cameras_file import Camera
from service.record.archive.folder import ArchiveFolder
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.settings import Settings
from service.telemetry.commissioning_metrics import CommissioningMetrics
from service.telemetry.metrics import ServiceMetrics


def made_commissioning(
    settings: Settings,
    cameras: Mapping[str, Camera],
    armings: Armings,
    models: ModelSwitch,
    records: tuple[Records, Records],
    journal: Journal,
    board: Board,
    frames: FrameInspector,
    metrics: ServiceMetrics,
) -> CommissioningDesk:
    """``records`` are those of this replica, whose pictures are here, and those of all."""
    same_scores = ActiveChoice(settings.artifacts, settings.data_dir).same_scores
    studies = CameraStudies(*records, ArchiveFolder(settings.pictures_folder), same_scores, BESIDE_THE_LINE)
    desk = CommissioningDesk(cameras, models, armings, studies, journal, lambda: board.cameras, frames.without_layout)
    CommissioningMetrics(metrics.registry, desk.counts, partial(_own_cuts, models))
    return desk


def _own_cuts(models: ModelSwitch) -> Mapping[str, float]:
    """The cuts of cameras that have one of their own; none while no artefact is loaded."""
    with suppress(NotReady):
        return {name: cut.value for name, cut in models.current().thresholds.items()}
    return {}
