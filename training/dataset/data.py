"""The data set: pictures decoded once, grouped by their pixels, with contradictions and damage reported."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from service.contract.layouts.label import Label
from service.contract.levels import Levels
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels, to_pixels
from training.dataset.kept_pictures import KeptPicture, LargePicture, Pictures, coarse, reduced


@dataclass(frozen=True, slots=True)
class Group:
    """Files with the same pixels, and so one picture: uint8 [H, W, 3], RGB.

    ``key`` is the sha256 of size and pixels; ``kept`` is the picture, or what is kept of a large one; ``sealed`` groups
    belong to the test part. ``scene`` is numbered by :func:`training.dataset.scenes.with_scenes`, over all groups that
    are divided or judged together; 0 before.
    """

    key: str
    kept: KeptPicture
    label: Label
    sealed: bool
    files: tuple[str, ...]
    scene: int = 0

    @property
    def source(self) -> str:
        """The folder of the first file."""
        return str(PurePosixPath(self.files[0]).parent)

    @property
    def picture(self) -> Pixels:
        """All its pixels; a large picture is decoded again each time."""
        return self.kept.whole() if isinstance(self.kept, LargePicture) else self.kept

    @property
    def small(self) -> Pixels:
        """The picture, reduced to 192 px where a side is longer."""
        return self.kept.small() if isinstance(self.kept, LargePicture) else reduced(self.kept)

    @property
    def coarse(self) -> Pixels:
        """What scenes are linked by."""
        return self.kept.coarse if isinstance(self.kept, LargePicture) else coarse(self.kept)

    @property
    def brightness(self) -> float:
        """Mean on the 0..255 scale."""
        return self.kept.brightness if isinstance(self.kept, LargePicture) else float(self.kept.mean())

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.kept.shape[:2]
        return height, width


@dataclass(frozen=True, slots=True)
class Dataset:
    """What was read: groups in the order of their keys; ``contradictions`` and ``skipped`` are for the user.

    ``notes`` say in lines what else was noticed; ``levels`` is the rule by which pictures of 16 bits were read.
    """

    groups: tuple[Group, ...]
    contradictions: tuple[str, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...] = ()
    levels: Levels | None = None

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


def hash_of(groups: Iterable[Group]) -> str:
    """The sha256 over the sorted keys and labels of groups."""
    return hashlib.sha256(
        "".join(sorted(f"{group.key} {group.label.value}\n" for group in groups)).encode()
    ).hexdigest()


def pictures_of(groups: Iterable[Group]) -> Pictures:
    """The groups' pictures, each decoded when its turn comes."""
    return Pictures([lambda group=group: group.picture for group in groups])  # type: ignore[misc]  # bound now


def small_pictures(groups: Iterable[Group]) -> Pictures:
    """The groups' pictures with no side over 192 px."""
    return Pictures([lambda group=group: group.small for group in groups])  # type: ignore[misc]  # bound now


def pixels_of(groups: Sequence[Group], spec: InputSpec) -> Pixels:
    """Bring the groups' pictures to the model's size: uint8 [N, H, W, 3]."""
    return pixels_at_sizes(groups, [spec])[0]


def pixels_at_sizes(groups: Sequence[Group], specs: Sequence[InputSpec]) -> list[Pixels]:
    """Bring the groups' pictures to the sizes of some models, each decoded once: uint8 [N, H, W, 3] a model."""
    pixels = [np.zeros((len(groups), spec.height, spec.width, 3), np.uint8) for spec in specs]
    for row, group in enumerate(groups):
        picture = group.picture
        for spec, rows in zip(specs, pixels, strict=True):
            rows[row] = to_pixels(picture, spec)
    return pixels


def key_of(picture: Pixels) -> str:
    """The sha256 of size and pixels."""
    return hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).hexdigest()
