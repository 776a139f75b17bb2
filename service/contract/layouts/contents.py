"""What a place holds, sorted: pictures, masks, lists; and what a layout makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from service.contract.layouts.label import Label
from service.contract.layouts.naming import Naming
from service.contract.stored_files.file_names import MASKS, is_picture, why_passed_over
from service.contract.stored_files.stored_file import StoredFile, text_of


class Place(NamedTuple):
    """What is said of a picture; ``sealed`` ones belong to the test part, and nothing is learnt from them."""

    label: Label
    sealed: bool = False


@dataclass(frozen=True)
class Reading:
    """What a layout says: the place of each picture it reads, and why others have none, by path.

    ``undecided`` are folders whose pictures may be either, by folder; ``unlabelled`` pictures are named and left out;
    ``classes`` are the labels of a list, as they stand there.
    """

    name: str
    places: Mapping[PurePosixPath, Place] = field(default_factory=dict)
    unlabelled: Mapping[PurePosixPath, str] = field(default_factory=dict)
    undecided: Mapping[PurePosixPath, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Contents:
    """Pictures that may be read, masks beside them, lists, and pictures that are passed over, by the reason."""

    naming: Naming
    pictures: Mapping[PurePosixPath, StoredFile]
    masks: Mapping[PurePosixPath, StoredFile]
    lists: Mapping[PurePosixPath, StoredFile]
    passed_over: Mapping[str, Sequence[PurePosixPath]]

    def text(self, path: PurePosixPath) -> str:
        """A list as text."""
        return text_of(self.lists[path].read(), str(path))

    def without(self, passed: Mapping[str, Sequence[PurePosixPath]]) -> "Contents":
        """The same, but for pictures that are passed over too."""
        gone = {path for paths in passed.values() for path in paths}
        pictures = {path: file for path, file in self.pictures.items() if path not in gone}
        return Contents(self.naming, pictures, self.masks, self.lists, {**self.passed_over, **passed})


def sort_contents(files: Sequence[StoredFile], naming: Naming) -> Contents:
    """Sort files by what their names say."""
    pictures: dict[PurePosixPath, StoredFile] = {}
    masks: dict[PurePosixPath, StoredFile] = {}
    lists: dict[PurePosixPath, StoredFile] = {}
    passed_over: dict[str, list[PurePosixPath]] = {}
    for file in files:
        if not is_picture(file.path):
            if not any(part.startswith(".") for part in file.path.parts):
                lists[file.path] = file
            continue
        why = "skipped by name" if naming.skips(file.path.parts[:-1]) else why_passed_over(file.path)
        if why == MASKS:
            masks[file.path] = file
        if why:
            passed_over.setdefault(why, []).append(file.path)
        else:
            pictures[file.path] = file
    return Contents(naming, pictures, masks, lists, passed_over)
