"""What a place holds for training: which pictures, with which labels, and what is not read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from service.contract.errors import DataError
from service.contract.layouts.by_folder import by_folder
from service.contract.layouts.contents import Contents, Reading, sort_contents
from service.contract.layouts.label import Label
from service.contract.layouts.listed import listed
from service.contract.layouts.naming import TEST, TRAIN, Naming
from service.contract.layouts.published import kolektor, mvtec_ad, split_beside, visa
from service.contract.stored_files.source import EXPECTED, files_of
from service.contract.stored_files.stored_file import StoredFile, printable

LAYOUTS: Final[tuple[Callable[[Contents], Reading | None], ...]] = (visa, kolektor, listed, mvtec_ad, by_folder)
"""The first that recognises its own reads all."""

MOST_NAMED: Final = 8
NO_WORDS: Final = Naming()


class LabelledFile(NamedTuple):
    """A picture file with what is said of it."""

    file: StoredFile
    label: Label
    sealed: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """Labelled files in the order of their paths; ``skipped`` names each that should have a label, ``ignored`` counts.

    Attributes:
        layout: its name.
        files: pictures with labels.
        skipped: reasons, a picture each.
        notes: what else is to be said, a line each: picture files that are not read, with the first.
    """

    layout: str
    files: tuple[LabelledFile, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]


def survey(root: Path, naming: Naming = NO_WORDS) -> Survey:
    """Find the pictures of a folder or archive and their labels; nothing is decoded.

    Raises:
        DataError: nothing there, damaged, no layout fits, a folder may be good or leak, or there are several sets.
    """
    return survey_files(root, [*files_of(root), *split_beside(root)], naming)


def survey_files(root: Path, files: Sequence[StoredFile], naming: Naming = NO_WORDS) -> Survey:
    """Find the labels of files that have been listed already; ``root`` is what errors name.

    Raises:
        DataError: no layout fits, a folder may be good or leak, or there are several sets.
    """
    contents = sort_contents(files, naming)
    reading = next((read for layout in LAYOUTS if (read := layout(contents)) is not None), None)
    if reading is None:
        raise DataError(_nothing_read(root, contents))
    naming.check((file.path for file in files), reading.classes)
    _refuse_undecided(reading.undecided)
    _refuse_several(reading, contents)
    labelled = [
        LabelledFile(file, *reading.places[path]) for path, file in contents.pictures.items() if path in reading.places
    ]
    loose = {path: why for path, why in reading.unlabelled.items() if ":" in why}
    skipped = [f"{path}: {why}" for path, why in reading.unlabelled.items() if path not in loose]
    return Survey(reading.name, tuple(labelled), tuple(skipped), (*reading.notes, *_not_read(contents, loose)))


def _nothing_read(root: Path, contents: Contents) -> str:
    ignored = _not_read(contents, dict.fromkeys(contents.pictures, "without a label"))
    return f"{printable(str(root))} holds no readable picture in a known place: {EXPECTED}" + "".join(
        f"; {line}" for line in ignored
    )


def _not_read(contents: Contents, loose: Mapping[PurePosixPath, str]) -> tuple[str, ...]:
    """A line a reason: how many picture files, and the first of them."""
    reasons: dict[str, list[PurePosixPath]] = {why: list(paths) for why, paths in contents.passed_over.items()}
    for path, why in loose.items():
        reasons.setdefault(why, []).append(path)
    return tuple(
        f"{len(paths)} picture file{'s' * (len(paths) > 1)} ignored ({why}), first: {min(paths)}"
        for why, paths in sorted(reasons.items())
    )


def _refuse_undecided(undecided: Mapping[PurePosixPath, int]) -> None:
    if not undecided:
        return
    named = [f"{folder}/ ({count} picture{'s' * (count > 1)})" for folder, count in sorted(undecided.items())]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    raise DataError(
        f"good or leak? The name does not say: {', '.join(named[:MOST_NAMED])}{more}: "
        "name each with --good NAME, --leak NAME or --skip NAME"
    )


def _refuse_several(reading: Reading, contents: Contents) -> None:
    """Several products in one model would be none: sets with a test part or masks of their own are named one by one."""
    roots = {root for path in reading.places if (root := _divided_root(path)) is not None}
    roots |= {_root_of_masks(path) for path in contents.masks if "ground_truth" in path.parts}
    if reading.name == "VisA":
        roots = {path.parents[3] for path in reading.places if path.parts[-4:-2] == ("Data", "Images")}
    beside = sorted({path.parent for path in reading.places if not any(path.is_relative_to(root) for root in roots)})
    if len(roots) > 1 or (roots and beside):
        sets = ", ".join([*(f"{root}/" for root in sorted(roots)), *(f"{one}/" for one in beside)][:MOST_NAMED])
        raise DataError(f"there are several sets of pictures: {sets}: name one of them, or leave out with --skip NAME")


def _divided_root(path: PurePosixPath) -> PurePosixPath | None:
    """The folder above a ``train`` or ``test`` that itself has folders for good and bad."""
    for depth, folder in enumerate(path.parts[:-2]):
        below = path.parts[depth + 1]
        if folder.lower() in TRAIN | TEST and below != "imgs":
            return PurePosixPath(*path.parts[:depth]) if _says(below) else None
    return None


def _says(folder: str) -> bool:
    return Naming().label(folder) is not None


def _root_of_masks(path: PurePosixPath) -> PurePosixPath:
    above = path.parts[: path.parts.index("ground_truth")]
    return PurePosixPath(*(above[:-1] if above and above[-1].lower() in TEST else above))
