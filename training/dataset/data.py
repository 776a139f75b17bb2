"""The data set: pictures decoded once, grouped by their pixels, with contradictions and damage reported."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from service.contract.errors import DataError, PictureError
from service.contract.manifest import InputSpec
from service.contract.picture import DEFAULT_MAX_PIXELS, Pixels, decode, to_pixels
from training.dataset.layout import ANNOTATION, EXPECTED, Label, parse_annotation, place_of
from training.dataset.progress import SILENT, Progress
from training.dataset.sources import SourceFile, read_files

BMP_START = b"BM"


@dataclass(frozen=True, slots=True)
class Group:
    """Files with the same pixels, and so one picture: uint8 [H, W, 3], RGB.

    ``key`` is the sha256 of size and pixels; ``sealed`` groups belong to the test part. ``scene`` is numbered by
    :func:`training.dataset.scenes.with_scenes`, over all groups that are divided or judged together; 0 before.
    """

    key: str
    picture: Pixels
    label: Label
    sealed: bool
    files: tuple[str, ...]
    scene: int = 0

    @property
    def source(self) -> str:
        """The folder of the first file."""
        return str(PurePosixPath(self.files[0]).parent)


@dataclass(frozen=True, slots=True)
class Dataset:
    """What was read: groups in the order of their keys; ``contradictions`` and ``skipped`` are for the user."""

    groups: tuple[Group, ...]
    contradictions: tuple[str, ...]
    skipped: tuple[str, ...]

    def select(self, label: Label, *, sealed: bool = False) -> tuple[Group, ...]:
        """The groups of one class, outside or inside the test part."""
        return tuple(group for group in self.groups if group.label == label and group.sealed == sealed)

    @property
    def has_test(self) -> bool:
        """Whether the test part is there."""
        return any(group.sealed for group in self.groups)

    @property
    def sha256(self) -> str:
        """Hash over the sorted keys and labels of what may be trained on."""
        return hash_of(group for group in self.groups if not group.sealed)


@dataclass(slots=True)
class _Reading:
    """Files by key while the data is read, for the test part and the rest."""

    pictures: dict[str, Pixels] = field(default_factory=dict)
    files: dict[tuple[str, bool], list[tuple[str, Label]]] = field(default_factory=lambda: defaultdict(list))
    skipped: list[str] = field(default_factory=list)


def load(root: Path, progress: Progress = SILENT) -> Dataset:
    """Read a data folder or archive.

    A group with both labels is dropped and its files are named. A group that is also in the test part counts there
    alone, so that nothing is trained on what is kept for the check.

    Raises:
        DataError: no picture in the expected layout, or the layout contradicts itself.
    """
    files = list(read_files(root))
    labels = _annotated(files)
    reading = _Reading()
    for file in progress.track(files, "reading pictures", len(files)):
        _read(file, labels, reading)
    if not reading.pictures:
        raise DataError(f"{root} holds no readable picture in a known place: {EXPECTED}")
    return _grouped(reading)


def hash_of(groups: Iterable[Group]) -> str:
    """The sha256 over the sorted keys and labels of groups."""
    return hashlib.sha256(
        "".join(sorted(f"{group.key} {group.label.value}\n" for group in groups)).encode()
    ).hexdigest()


def pixels_of(groups: Iterable[Group], spec: InputSpec) -> Pixels:
    """Bring the groups' pictures to the model's size: uint8 [N, H, W, 3]."""
    pixels = [to_pixels(group.picture, spec) for group in groups]
    return np.stack(pixels) if pixels else np.zeros((0, spec.height, spec.width, 3), np.uint8)


def _annotated(files: Iterable[SourceFile]) -> dict[PurePosixPath, Mapping[str, Label]]:
    return {
        file.path.parent: parse_annotation(file.data.decode("utf-8", "replace"), str(file.path))
        for file in files
        if file.path.name == ANNOTATION
    }


def _read(file: SourceFile, labels: Mapping[PurePosixPath, Mapping[str, Label]], reading: _Reading) -> None:
    place = place_of(file.path)
    if place is None:
        return
    label = place.label if place.label is not None else _label_of(file.path, labels)
    if label is None:
        reading.skipped.append(f"{file.path}: has no label in {ANNOTATION}")
        return
    try:
        picture = decoded(file)
    except PictureError as error:
        reading.skipped.append(f"{file.path}: {error}")
        return
    key = key_of(picture)
    reading.pictures.setdefault(key, picture)
    reading.files[key, place.sealed].append((str(file.path), label))


def _label_of(path: PurePosixPath, labels: Mapping[PurePosixPath, Mapping[str, Label]]) -> Label | None:
    for folder in path.parents:
        if folder in labels:
            return labels[folder].get(path.name)
    return None


def key_of(picture: Pixels) -> str:
    """The sha256 of size and pixels."""
    return hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).hexdigest()


def decoded(file: SourceFile) -> Pixels:
    """Decode JPEG, PNG or BMP.

    Raises:
        PictureError: it cannot be read or decoded.
    """
    data = file.data
    if file.fault:
        raise PictureError(file.fault)
    if not data.startswith(BMP_START):
        return decode(data)
    width, height = (abs(int.from_bytes(data[at : at + 4], "little", signed=True)) for at in (18, 22))
    if not 0 < width * height <= DEFAULT_MAX_PIXELS:
        raise PictureError("the BMP states no usable size: convert it to PNG")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise PictureError("the BMP is damaged and cannot be decoded: convert it to PNG")
    return picture  # type: ignore[return-value]  # cv2's stubs do not know that 8 bits were asked for


def _grouped(reading: _Reading) -> Dataset:
    groups: list[Group] = []
    contradictions: list[str] = []
    for (key, sealed), members in sorted(reading.files.items()):
        rivals = [] if sealed else reading.files.get((key, True), [])
        names = tuple(name for name, _ in members)
        if len({label for _, label in (*members, *rivals)}) > 1:
            contradictions.extend(names)
        elif not rivals:
            groups.append(Group(key, reading.pictures[key], members[0][1], sealed, names))
    return Dataset(tuple(groups), tuple(contradictions), tuple(reading.skipped))
