"""From a folder or an archive to a data set."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zlib import crc32

from service.contract.errors import DataError, PictureError
from service.contract.layouts.decoding import brightest_value, decode_any, is_deep, other_type
from service.contract.layouts.naming import Naming
from service.contract.layouts.survey import LabelledFile, Survey, survey
from service.contract.levels import HIGHEST, Levels, levels_for
from service.contract.picture import Pixels
from service.contract.stored_files.source import EXPECTED
from service.contract.stored_files.stored_file import StoredFile
from training.dataset.data import Dataset, Group, key_of
from training.dataset.kept_pictures import KeptPicture, PictureStore
from training.dataset.progress import SILENT, Progress
from training.dataset.reading_notes import depth_note, folder_table, type_notes

NO_WORDS: Final = Naming()


@dataclass(frozen=True, slots=True)
class DepthRule:
    """How pictures of 16 bits are read: by the ``levels`` of an artefact (None: all bits), or by what is in them."""

    levels: Levels | None = None
    is_given: bool = False


LEARNT: Final = DepthRule()

Member = tuple[int, LabelledFile]


@dataclass(slots=True)
class _Reading:
    """Files by key while the data is read, for the test part and the rest."""

    store: PictureStore
    rule: DepthRule
    pictures: dict[str, KeptPicture] = field(default_factory=dict)
    files: dict[tuple[str, bool], list[Member]] = field(default_factory=lambda: defaultdict(list))
    skipped: dict[int, str] = field(default_factory=dict)
    refused_types: Counter[str] = field(default_factory=Counter)
    deep: list[Member] = field(default_factory=list)
    brightest: int = 0

    @property
    def levels(self) -> Levels | None:
        return self.rule.levels if self.rule.is_given else levels_for(self.brightest or HIGHEST)


def load(
    root: Path,
    progress: Progress = SILENT,
    naming: Naming = NO_WORDS,
    rule: DepthRule = LEARNT,
    store: PictureStore | None = None,
) -> Dataset:
    """Read a data folder or archive by the first layout that fits.

    A group with both labels is dropped and its files are named. A group that is also in the test part counts there
    alone, so that nothing is trained on what is kept for the check.

    Args:
        root: folder or archive.
        progress: shows how far it is.
        naming: what the user called folders.
        rule: for pictures of 16 bits.
        store: keeps the pictures.

    Raises:
        DataError: no picture in a known layout, or the layout contradicts itself.
    """
    found = survey(root, naming)
    reading = _Reading(store or PictureStore(), rule)
    members = list(enumerate(found.files))
    for member in progress.track(members, "reading pictures", len(members)):
        _read(member, reading, put_off_deep=not rule.is_given)
    for member in reading.deep:
        _read(member, reading, put_off_deep=False)
    if not reading.pictures:
        raise DataError(f"{root} holds no readable picture in a known place: {EXPECTED}")
    return _grouped(reading, found)


def _read(member: Member, reading: _Reading, *, put_off_deep: bool) -> None:
    """Decode and keep one picture; where the levels are not known yet, one of 16 bits waits for all others."""
    number, labelled = member
    try:
        data = data_of(labelled.file)
        if put_off_deep and is_deep(data):
            reading.brightest = max(reading.brightest, brightest_value(data))
            reading.deep.append(member)
            return
        picture = decode_any(data, reading.levels)
    except PictureError as error:
        reading.skipped[number] = f"{labelled.file.path}: {error}"
        return
    reading.refused_types[other_type(data)] += 1
    key = key_of(picture)
    if key not in reading.pictures:
        reading.pictures[key] = reading.store.keep(picture, _again(labelled.file, crc32(data), reading.levels))
    reading.files[key, labelled.sealed].append(member)


def data_of(file: StoredFile) -> bytes:
    """Read a file.

    Raises:
        PictureError: it cannot be read.
    """
    if file.fault:
        raise PictureError(file.fault)
    try:
        return file.read()
    except OSError as error:
        raise PictureError(f"cannot be read ({error.strerror}): check its permissions") from error


def _again(file: StoredFile, checksum: int, levels: Levels | None) -> Callable[[], Pixels]:
    def decode_again() -> Pixels:
        try:
            data = data_of(file)
            if crc32(data) == checksum:
                return decode_any(data, levels)
        except PictureError as error:
            raise DataError(f"{file.path} changed while it was used ({error}): leave the folder alone") from error
        raise DataError(f"{file.path} changed while it was used: leave the folder alone")

    return decode_again


def _grouped(reading: _Reading, found: Survey) -> Dataset:
    groups: list[Group] = []
    contradictions: list[str] = []
    for (key, sealed), members in sorted(reading.files.items()):
        members.sort(key=lambda member: member[0])
        rivals = [] if sealed else reading.files.get((key, True), [])
        names = tuple(str(labelled.file.path) for _, labelled in members)
        if len({labelled.label for _, labelled in (*members, *rivals)}) > 1:
            contradictions.extend(names)
        elif not rivals:
            groups.append(Group(key, reading.pictures[key], members[0][1].label, sealed, names))
    skipped = (*found.skipped, *(reading.skipped[number] for number in sorted(reading.skipped)))
    return Dataset(tuple(groups), tuple(contradictions), skipped, tuple(_notes(reading, found)), reading.levels)


def _notes(reading: _Reading, found: Survey) -> Iterator[str]:
    yield f"layout: {found.layout}"
    yield from folder_table((key, one) for (key, _), members in reading.files.items() for _, one in members)
    yield from found.notes
    yield from type_notes(reading.refused_types)
    yield from depth_note(len(reading.deep), reading.brightest, reading.levels)
