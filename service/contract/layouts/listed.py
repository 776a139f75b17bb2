"""Pictures in any folder with a CSV that names each file and its label."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from service.contract.errors import DataError
from service.contract.layouts.by_folder import UNLABELLED, by_folder, is_sealed
from service.contract.layouts.contents import Contents, Place, Reading
from service.contract.layouts.label_list import ListedLabel, composed, parse_table

TABLES = frozenset({".csv", ".tsv"})
Rows = list[tuple[PurePosixPath, ListedLabel]]


def listed(contents: Contents) -> Reading | None:
    """A CSV with columns ``file,label`` and, where there is one, ``split``; the files lie beside or below it.

    Raises:
        DataError: two lists, or a list and a folder, say different things of one picture; or a name fits two pictures.
    """
    rows: Rows = []
    for path in contents.lists:
        if path.suffix.lower() in TABLES:
            rows += [(path, row) for row in parse_table(contents.text(path), str(path), contents.naming) or ()]
    if not rows:
        return None
    places, absent = _placed(contents, rows)
    if not places:
        return None
    folders = by_folder(contents)
    by_place = {} if folders is None else folders.places
    _check(places, {path: place for path, place in by_place.items() if not _is_weak(path, contents)})
    rest = {path: f"{UNLABELLED} in the list" for path in contents.pictures if path not in places}
    notes = () if not absent else (f"{len(absent)} rows name no picture that is there, first: {absent[0]}",)
    return Reading("list", places, rest, notes=notes, classes=frozenset(row.said for _, row in rows))


def _placed(contents: Contents, rows: Rows) -> tuple[dict[PurePosixPath, Place], list[str]]:
    by_name: dict[str, list[PurePosixPath]] = defaultdict(list)
    by_path = {composed(str(path)): path for path in contents.pictures}
    for path in contents.pictures:
        by_name[composed(path.name)].append(path)
    places: dict[PurePosixPath, Place] = {}
    absent = []
    for origin, row in rows:
        found = next((by_path[one] for one in _candidates(origin, row.name) if one in by_path), None)
        found = found or _only(by_name.get(PurePosixPath(row.name).name, []), row.name, origin)
        if found is None:
            absent.append(row.name)
            continue
        place = Place(row.label, row.sealed or is_sealed(found))
        if places.setdefault(found, place).label is not place.label:
            raise DataError(f"{found} is good in one list and leak in another: remove one")
    return places, absent


def _candidates(origin: PurePosixPath, name: str) -> Iterator[str]:
    """Where a named file may lie: beside the list, below a folder above it; names may begin above the root."""
    path = PurePosixPath(name)
    for folder in origin.parents:
        yield composed(str(folder / path))
    for depth in range(1, len(path.parts)):
        yield composed(str(PurePosixPath(*path.parts[depth:])))


def _only(found: list[PurePosixPath], name: str, origin: PurePosixPath) -> PurePosixPath | None:
    if len(found) > 1:
        raise DataError(f"{origin}: {name!r} may be {found[0]} or {found[1]}: write the folder before the name")
    return found[0] if found else None


def _is_weak(path: PurePosixPath, contents: Contents) -> bool:
    """Whether only ``train`` says that a picture is good."""
    folders = path.parts[:-1]
    return all(contents.naming.folder(folders[:depth]) is None for depth in range(1, len(folders) + 1))


def _check(places: dict[PurePosixPath, Place], by_place: dict[PurePosixPath, Place]) -> None:
    for path, place in places.items():
        if path in by_place and by_place[path].label is not place.label:
            said = place.label.name.lower()
            raise DataError(f"{path} is {said} in the list, and its folder says otherwise: mend the one or the other")
