"""Armings: the cuts that people gave cameras while the service ran, with who and why, kept in the data folder.

A cut counts with the scores it was chosen on: with its own artefact, and with one of which only the threshold was moved
where that allows it. It stands before that of the cameras file until
that file says something else for the camera: what was deployed last wins, as with artefacts.

The file can get lost, or be older than the last arming. So the record is compared with it at the start. Where they
differ, nobody can say which of the two a person still relies on: the stricter one counts, the lower cut, so that no
leak passes that either would have found, and the camera is named until a person restores or arms it.
"""

from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel, ValidationError

from service.contract.artifact import Artifact
from service.contract.commissioning.cut import Terms
from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.identifier import Id
from service.contract.manifest import SceneRate, Threshold
from service.contract.stored_files.durable_file import keep
from service.monitoring.cameras_file import Camera, CameraThreshold

ARMINGS: Final = "armed_cameras.json"
OUTDATED: Final = "commissioning"
"""The kind of the incident that names cameras whose cut does not count any more."""


class Arming(BaseModel):
    """Who armed a camera, when, why, with which artefact and cut, and what was predicted then.

    ``leak`` and ``unknown`` are shares of pictures in scenes that the cut was not chosen on. ``pictures_sha256`` is
    that of the sorted checksums of the pictures, a line each. ``lowest_leak`` is the lowest score of a leak that was
    known, by reviews too. ``instead_of`` is what the cameras file said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: str
    at: AwareDatetime
    operator: str
    reason: str
    artifact: str
    artifact_sha256: str
    scores_of: str
    cut: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    lowest_leak: float | None
    leak: SceneRate
    unknown: SceneRate
    pictures: int
    scenes: int
    pictures_sha256: str
    instead_of: CameraThreshold | None = None

    def is_for(self, artifact: Artifact) -> bool:
        """Whether it was chosen on the scores of this artefact, and lies no higher than its known leaks allow."""
        edited = self.artifact == artifact.id and self.artifact_sha256 != artifact.sha256
        threshold = artifact.manifest.threshold
        known = [score for score in (self.lowest_leak, threshold.lowest_leak) if score is not None]
        allowed = Terms(threshold, min(known, default=None)).upper
        return self.scores_of == artifact.scores_of and not edited and self.cut <= allowed


class _Kept(RootModel[dict[Id, Arming]]):
    """Armings by camera."""


class Armings:
    """All armings, read once; every change is on disk before it counts."""

    def __init__(self, data_dir: Path, cameras: Mapping[str, Camera]) -> None:
        """Read them.

        Raises:
            SetupError: they cannot be read, so nobody knows which cuts were promised.
        """
        self._path = data_dir / ARMINGS
        self._cameras = cameras
        try:
            self._kept = _Kept.model_validate_json(self._path.read_bytes()).root
        except FileNotFoundError:
            self._kept = {}
        except (OSError, ValidationError) as error:
            raise SetupError(
                f"{self._path} cannot be read: restore it, or remove it and take the armings from the record (runbook)"
            ) from error
        self._doubtful: dict[str, Arming | None] = {}

    def __iter__(self) -> Iterator[str]:
        """The cameras that have one."""
        return (camera_id for camera_id in sorted(self._kept) if self.of(camera_id) is not None)

    def of(self, camera_id: str) -> Arming | None:
        """The arming of a camera, of whatever artefact; None too where the cameras file has been changed since."""
        return self._in_force(camera_id, self._kept.get(camera_id))

    def in_file(self, camera_id: str) -> CameraThreshold | None:
        """What the cameras file says of the camera's cut."""
        camera = self._cameras.get(camera_id)
        return None if camera is None else camera.threshold

    def recall(self, recorded: Mapping[str, Arming | None]) -> dict[str, Arming]:
        """Compare with what the record says; return what is kept of cameras of which the record says nothing.

        Args:
            recorded: by camera, None where it was disarmed last.
        """
        self._doubtful = {name: arming for name, arming in recorded.items() if not self._agrees(name, arming)}
        return {name: arming for name, arming in self._kept.items() if name not in recorded}

    @property
    def doubtful(self) -> Mapping[str, Arming | None]:
        """What the record says of the cameras of which the file says another thing."""
        return MappingProxyType(self._doubtful)

    def doubts(self) -> dict[str, str]:
        """Say by file of which cameras it does not agree with the record."""
        if not self._doubtful:
            return {}
        names = ", ".join(sorted(self._doubtful))
        return {ARMINGS: f"it differs from the record for {names}: the lower cut counts; restore or arm them again"}

    def thresholds(self, artifact: Artifact, without: str | None = None) -> dict[str, Threshold]:
        """The thresholds of the cameras whose cut was chosen with this artefact; as if one were not armed here."""
        found = thresholds_in_file(artifact, self._cameras)
        common = artifact.manifest.threshold
        for camera_id in {*self, *self._doubtful} - {without}:
            said = (self.of(camera_id), self._in_force(camera_id, self._doubtful.get(camera_id)))
            cuts = [one.cut for one in said if one is not None and one.is_for(artifact)]
            if camera_id in self._doubtful:
                cuts.append(found.get(camera_id, common).value)
            if cuts:
                found[camera_id] = common.moved_to(min(cuts))
        return found

    def put(self, camera_id: str, arming: Arming | None) -> None:
        """Keep an arming of a camera, or none any more.

        Raises:
            Unavailable: it cannot be kept; nothing has changed.
        """
        changed = {name: known for name, known in self._kept.items() if name != camera_id}
        if arming is not None:
            changed[camera_id] = arming
        keep(self._path, _Kept(changed).model_dump_json(indent=1))
        self._kept = changed
        self._doubtful.pop(camera_id, None)

    def outdated(self, artifact: Artifact) -> list[str]:
        """Cameras whose cut, given here or in the cameras file, is of another artefact, or lets known leaks pass."""
        armed = {*self, *(name for name in self._cameras if self.in_file(name) is not None)}
        return sorted(armed - self.thresholds(artifact).keys())

    def problems(self, artifact: Artifact) -> dict[str, str]:
        """Name the cameras that are outdated, as an incident."""
        cameras = self.outdated(artifact)
        if not cameras:
            return {}
        said = f"{', '.join(cameras)}: armed with another artefact than {artifact.id}, or above its known leaks"
        return {OUTDATED: f"{said}, so its threshold counts. Commission them again, or disarm them"}

    def _in_force(self, camera_id: str, arming: Arming | None) -> Arming | None:
        return arming if arming is not None and arming.instead_of == self.in_file(camera_id) else None

    def _agrees(self, camera_id: str, recorded: Arming | None) -> bool:
        """Where neither counts any more they agree as well."""
        kept = self._kept.get(camera_id)
        if recorded is not None and kept is not None:
            return (recorded.event_id, recorded.cut) == (kept.event_id, kept.cut)
        return self.of(camera_id) is None and self._in_force(camera_id, recorded) is None


def thresholds_in_file(artifact: Artifact, cameras: Mapping[str, Camera]) -> dict[str, Threshold]:
    """The cuts of the cameras file that were chosen with the scores of this artefact, and let no known leak pass."""
    own = {name: camera.threshold for name, camera in cameras.items() if camera.threshold is not None}
    common, same, highest = artifact.manifest.threshold, {artifact.id, artifact.scores_of}, _highest(artifact)
    return {
        name: common.moved_to(cut.value) for name, cut in own.items() if cut.artifact in same and cut.value <= highest
    }


def _highest(artifact: Artifact) -> float:
    """The cut above which a known leak of the artefact passes; where it names none, all of its golden leaks."""
    lowest = artifact.manifest.threshold.lowest_leak
    leaks = [picture.score for picture in artifact.manifest.golden if picture.verdict is Verdict.LEAK]
    return lowest if lowest is not None else max(leaks, default=inf)
