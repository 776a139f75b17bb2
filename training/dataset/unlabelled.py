"""Pictures without labels: every one below a folder or in an archive, wherever it lies."""

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from service.contract.errors import DataError, PictureError
from service.contract.picture import Pixels
from training.dataset.data import decoded, key_of
from training.dataset.layout import SUFFIXES
from training.dataset.progress import SILENT, Progress
from training.dataset.sources import read_files


class Unlabelled(NamedTuple):
    """Different pictures, uint8 [H, W, 3] RGB each, by the first file that shows it; and what could not be read."""

    pictures: dict[str, Pixels]
    skipped: tuple[str, ...]


def read_unlabelled(root: Path, progress: Progress = SILENT) -> Unlabelled:
    """Read all JPEG, PNG and BMP files; files with the same pixels are one picture.

    Raises:
        DataError: there is none, or the place cannot be read.
    """
    files = list(read_files(root, _is_picture))
    by_key: dict[str, tuple[str, Pixels]] = {}
    skipped = []
    for file in progress.track(files, "reading pictures", len(files)):
        try:
            picture = decoded(file)
        except PictureError as error:
            skipped.append(f"{file.path}: {error}")
            continue
        by_key.setdefault(key_of(picture), (str(file.path), picture))
    if not by_key:
        raise DataError(f"{root} holds no readable picture: JPEG, PNG or BMP files of single wells are expected")
    return Unlabelled(dict(by_key.values()), tuple(skipped))


def _is_picture(path: PurePosixPath) -> bool:
    return path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.parts)
