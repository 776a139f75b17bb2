"""Re-scoring under another artefact, with what it needs of the others."""

from collections.abc import Mapping

from service.control_room.what_if.rescoring_desk import RescoringDesk
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.serving import Serving, open_serving
from service.monitoring.cameras_file import Camera
from service.record.archive.folder import ArchiveFolder
from service.record.queries.records import Records
from service.settings import Settings


def made_rescoring(
    settings: Settings, cameras: Mapping[str, Camera], armings: Armings, choice: ActiveChoice, records: Records
) -> RescoringDesk:
    """Each camera is judged by the cut that it has with the other artefact."""

    def opened(artifact: str) -> Serving:
        return open_serving(choice.folder_of(artifact), settings, cameras=cameras, armings=armings)

    return RescoringDesk(settings.data_dir, records, ArchiveFolder(settings.pictures_folder), opened)
