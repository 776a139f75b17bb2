"""Layouts of published sets that folders alone do not tell: MVTec AD, VisA, Kolektor SDD and SDD2."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from service.contract.errors import DataError, PictureError
from service.contract.layouts.by_folder import UNLABELLED, by_folder, is_sealed
from service.contract.layouts.contents import Contents, Place, Reading
from service.contract.layouts.decoding import decode_any
from service.contract.layouts.label import Label, label_of
from service.contract.layouts.naming import TEST, TRAIN
from service.contract.stored_files.stored_file import StoredFile, text_of

VISA_SPLIT: Final = ("split_csv", "1cls.csv")
WITHIN: Final = 3
"""Parts of a path of a picture in a folder for a kind, below one for a part."""

MASK_ENDS: Final = ("_GT", "_label")


def mvtec_ad(contents: Contents) -> Reading | None:
    """``train/good``, ``test/good``, and a folder below ``test`` for each kind of defect; masks in ``ground_truth``."""
    roots = {path.parents[2] for path in contents.pictures if _is_in(path, TRAIN, Label.GOOD)}
    roots &= {path.parents[2] for path in contents.pictures if _is_in(path, TEST, Label.GOOD)} | {
        path.parents[2] for path in contents.masks if path.parts[-WITHIN:][0] == "ground_truth"
    }
    defects = {
        path: Place(Label.LEAK, sealed=True)
        for path in contents.pictures
        if len(path.parts) >= WITHIN and path.parents[2] in roots and _is_defect(path, contents)
    }
    if not defects:
        return None
    rest = by_folder(contents)
    if rest is None:
        return None
    undecided = {folder: count for folder, count in rest.undecided.items() if folder not in _folders(defects)}
    unlabelled = {path: why for path, why in rest.unlabelled.items() if path not in defects}
    return Reading("MVTec AD", {**rest.places, **defects}, unlabelled, undecided)


def visa(contents: Contents) -> Reading | None:
    """``Data/Images/Normal`` and ``Anomaly`` of one object; ``split_csv/1cls.csv`` seals the test part."""
    images = {path for path in contents.pictures if path.parts[-4:-2] == ("Data", "Images")}
    table = next((path for path in contents.lists if path.parts[-2:] == VISA_SPLIT), None)
    if not images:
        return None
    said = dict(_visa_rows(contents, table)) if table else {}
    read = by_folder(contents)
    if read is None:
        return None
    places = {path: said.get(path, place) for path, place in read.places.items()}
    return Reading("VisA", places, read.unlabelled, read.undecided)


def split_beside(root: Path) -> list[StoredFile]:
    """The rows of one object of VisA, where its folder was named: the split lies beside it, for all objects."""
    table = root.parent.joinpath(*VISA_SPLIT)
    if not (root / "Data" / "Images").is_dir() or not table.is_file():
        return []

    def read() -> bytes:
        header, *rows = text_of(table.read_bytes(), str(table)).splitlines()
        mine = [row for row in rows if row.startswith(f"{root.name},")]
        return "\n".join([header, *mine]).replace(f",{root.name}/", ",").encode()

    return [StoredFile(PurePosixPath(*VISA_SPLIT), table.stat().st_size, read)]


def kolektor(contents: Contents) -> Reading | None:
    """Pictures beside masks ``NAME_GT`` (SDD2) or ``NAME_label`` (SDD): a mask that is not empty says leak."""
    by_picture = {
        path.with_name(path.stem.removesuffix(end)): path
        for path in contents.masks
        for end in MASK_ENDS
        if path.stem.endswith(end)
    }
    masks = {path: by_picture[path.with_suffix("")] for path in contents.pictures if path.with_suffix("") in by_picture}
    if not masks:
        return None
    places = {path: Place(_label_of_mask(contents, mask), is_sealed(path)) for path, mask in masks.items()}
    alone = {path: f"{UNLABELLED}: no mask lies beside it" for path in contents.pictures if path not in masks}
    return Reading("Kolektor SDD2", places, alone)


def _is_in(path: PurePosixPath, parts: Iterable[str], label: Label) -> bool:
    return len(path.parts) >= WITHIN and path.parts[-WITHIN].lower() in parts and label_of(path.parts[-2]) is label


def _is_defect(path: PurePosixPath, contents: Contents) -> bool:
    """A folder right below ``test`` that nobody called good: each is a kind of defect."""
    part, folder = path.parts[-WITHIN:-1]
    named = contents.naming.knows(path.parts[:-1])
    return part.lower() in TEST and label_of(folder) is None and not named and folder != "imgs" and folder[0] != "_"


def _folders(paths: Iterable[PurePosixPath]) -> set[PurePosixPath]:
    return {path.parent for path in paths}


def _visa_rows(contents: Contents, table: PurePosixPath) -> Iterator[tuple[PurePosixPath, Place]]:
    """Rows ``object,split,label,image,mask`` of pictures that are there."""
    root = table.parent.parent
    for row in csv.DictReader(contents.text(table).splitlines()):
        if not {"split", "label", "image"} <= row.keys():
            raise DataError(f"{table}: expected the columns object,split,label,image,mask")
        label = Label.GOOD if row["label"] == "normal" else Label.LEAK
        yield root / (row["image"] or ""), Place(label, row["split"] == "test")


def _label_of_mask(contents: Contents, mask: PurePosixPath) -> Label:
    try:
        marked = decode_any(contents.masks[mask].read()).any()
    except PictureError as error:
        raise DataError(f"{mask}: {error}") from error
    return Label.LEAK if marked else Label.GOOD
