"""Layouts in which folders say what a picture shows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Final

from service.contract.layouts.contents import Contents, Place, Reading
from service.contract.layouts.label import Label
from service.contract.layouts.label_list import ANNOTATION, composed, parse_annotation
from service.contract.layouts.naming import TEST, TRAIN, UNLABELLED_TEST, Naming, is_neutral

UNLABELLED: Final = "has no label"


class Unsaid(Enum):
    """Why the folders of a picture give no label."""

    UNDECIDED = "a folder that may be either"
    UNLABELLED = "a test part without labels"
    LOOSE = "beside the folders"


def by_folder(contents: Contents) -> Reading | None:
    """Folders named good or leak, ``train`` for good, ``test`` sealed: own data, ImageFolder, casting set, BTAD, AD 2.

    The innermost folder with a known word decides; below ``train/`` a folder with a name of its own must be one that
    only says where or when. ``test/imgs`` takes its labels from ``test_annotation.txt``.
    """
    annotated = _annotated(contents)
    shared = _shared(contents.pictures)
    places: dict[PurePosixPath, Place] = {}
    unlabelled: dict[PurePosixPath, str] = {}
    undecided: Counter[PurePosixPath] = Counter()
    for path in contents.pictures:
        said = place_of(path, contents.naming, shared)
        list_folder = next((folder for folder in path.parents if folder in annotated), None)
        if isinstance(said, Place):
            places[path] = said
        elif list_folder is not None:
            labels, below = annotated[list_folder], path.relative_to(list_folder)
            label = labels.get(composed(path.name), labels.get(composed(str(below))))
            if label is None:
                unlabelled[path] = f"{UNLABELLED} in {ANNOTATION}"
            else:
                places[path] = Place(label, is_sealed(path))
        elif said is Unsaid.UNDECIDED:
            undecided[path.parent] += 1
        else:
            unlabelled[path] = f"{UNLABELLED}: {said.value}"
    return Reading("by folder", places, unlabelled, undecided) if places or undecided else None


def place_of(path: PurePosixPath, naming: Naming, shared: int = 0) -> Place | Unsaid:
    """Read label and part from the names of the folders, the innermost first.

    ``shared`` outer folders hold all pictures, and so say nothing of those in ``train``.

    >>> place_of(PurePosixPath("wells/proliv/camera_1/7.JPG"), Naming())
    Place(label=<Label.LEAK: 1>, sealed=False)
    >>> place_of(PurePosixPath("train/_rejected/7.jpg"), Naming())
    <Unsaid.UNDECIDED: 'a folder that may be either'>
    """
    folders = path.parts[:-1]
    strange = False
    for depth in range(len(folders), 0, -1):
        name = folders[depth - 1]
        label = naming.folder(folders[:depth])
        if label is not None:
            if strange and label is Label.GOOD and any(one.startswith("_") for one in folders[depth:]):
                return Unsaid.UNDECIDED
            return Place(label, is_sealed(path))
        if name.lower() in TRAIN:
            above = {naming.folder(folders[:one]) for one in range(shared + 1, depth)}
            return Unsaid.UNDECIDED if strange or Label.LEAK in above else Place(Label.GOOD, is_sealed(path))
        strange = strange or not is_neutral(name) or naming.knows(folders[:depth])
    if not folders:
        return Unsaid.LOOSE
    if (is_sealed(path) and not strange) or {folder.lower() for folder in folders} & UNLABELLED_TEST:
        return Unsaid.UNLABELLED
    return Unsaid.UNDECIDED


def _shared(paths: Iterable[PurePosixPath]) -> int:
    """How many outer folders all pictures share; none where they share ``train`` too."""
    folders = [path.parts[:-1] for path in paths]
    low, high = min(folders, default=()), max(folders, default=())
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    return 0 if any(name.lower() in TRAIN for name, _ in same) else len(same)


def is_sealed(path: PurePosixPath) -> bool:
    """Whether a folder says that the picture belongs to a test part."""
    return any(folder.lower() in TEST for folder in path.parts[:-1])


def _annotated(contents: Contents) -> Mapping[PurePosixPath, Mapping[str, Label]]:
    return {
        path.parent: parse_annotation(contents.text(path), str(path))
        for path in contents.lists
        if path.name == ANNOTATION
    }
