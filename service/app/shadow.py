"""The shadow model, with what it needs of the others; what hears of every decision of record."""

from collections.abc import Callable, Mapping
from functools import partial

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import NotReady
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.model_switch import ModelSwitch
from service.judging.serving import open_serving
from service.judging.shadow.kept import ShadowFile
from service.judging.shadow.opener import ShadowOpener
from service.judging.shadow.shadow import ShadowModel
from service.monitoring.cameras_file import Camera
from service.monitoring.shift.watch import ShiftWatch
from service.record.archive.archive import Archive
from service.record.event_outbox import note
from service.record.journal.journal import Journal
from service.record.recorder import Observe
from service.settings import Settings
from service.telemetry.metrics import ServiceMetrics
from service.telemetry.shadow_metrics import ShadowMetrics


def made_shadow(
    settings: Settings,
    cameras: Mapping[str, Camera],
    armings: Armings,
    models: ModelSwitch,
    archive: Archive,
    metrics: ServiceMetrics,
    journal: Journal,
) -> ShadowModel:
    """One thread an inference, so that it runs in the shadow's own, where its processor time is counted."""
    one_thread = settings.model_copy(update={"scorer_threads": 1})
    return ShadowModel(
        ShadowOpener(
            ActiveChoice(settings.artifacts, settings.data_dir).folder_of,
            lambda folder, limit: open_serving(folder, one_thread, limit, cameras, armings),
            settings.shadow.inference_limit_s,
        ),
        ShadowFile(settings.data_dir),
        models,
        archive,
        settings.shadow,
        ShadowMetrics(metrics.registry, cameras),
        partial(note, journal),
    )


def observers(shift: ShiftWatch, shadow: ShadowModel) -> Observe:
    """Tell both of a decision; a fault of one of them would be the request's."""

    def observe(decision: Decision, crop: Crop) -> None:
        shift.observe(decision)
        shadow.offer(decision, crop)

    return observe


def source_of_scores(models: ModelSwitch) -> Callable[[], str | None]:
    """Which artefact the scores come from, whatever its threshold; None where none is served yet."""

    def artifact() -> str | None:
        try:
            return models.current().artifact.scores_of
        except NotReady:
            return None

    return artifact
