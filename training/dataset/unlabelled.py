"""Pictures without labels: every one below a folder or in an archive, wherever it lies."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from service.contract.errors import DataError, PictureError
from service.contract.layouts.decoding import decode_any
from service.contract.levels import Levels
from service.contract.picture import Pixels
from service.contract.stored_files.file_names import is_picture, why_passed_over
from service.contract.stored_files.source import files_of
from service.contract.stored_files.stored_file import StoredFile
from training.dataset.data import key_of
from training.dataset.kept_pictures import Pictures
from training.dataset.progress import SILENT, Progress
from training.dataset.reading import data_of


class Unlabelled(NamedTuple):
    """Different pictures, uint8 [H, W, 3] RGB each, decoded when asked for, and the first file that shows each.

    ``skipped`` are those that could not be read, ``passed_over`` counts thumbnails, masks and the like.
    """

    names: tuple[str, ...]
    pictures: Sequence[Pixels]
    skipped: tuple[str, ...]
    passed_over: int


def read_unlabelled(root: Path, progress: Progress = SILENT, levels: Levels | None = None) -> Unlabelled:
    """Read all pictures; files with the same pixels are one picture.

    Args:
        root: folder or archive.
        progress: shows how far it is.
        levels: of pictures with 16 bits, as the artefact that will judge them states.

    Raises:
        DataError: there is none, or the place cannot be read.
    """
    found = [file for file in files_of(root) if is_picture(file.path)]
    files = [file for file in found if not why_passed_over(file.path)]
    by_key: dict[str, StoredFile] = {}
    skipped = []
    for file in progress.track(files, "reading pictures", len(files)):
        try:
            by_key.setdefault(key_of(_decoded(file, levels)), file)
        except PictureError as error:
            skipped.append(f"{file.path}: {error}")
    if not by_key:
        raise DataError(f"{root} holds no readable picture: JPEG, PNG or BMP files of single wells are expected")
    shown = list(by_key.values())
    pictures = Pictures([lambda file=file: _decoded(file, levels) for file in shown])  # type: ignore[misc]  # bound now
    return Unlabelled(tuple(str(file.path) for file in shown), pictures, tuple(skipped), len(found) - len(files))


def _decoded(file: StoredFile, levels: Levels | None) -> Pixels:
    return decode_any(data_of(file), levels)
