"""Files that look like pictures and are none of wells: what systems hide, thumbnails, masks."""

import re
from pathlib import PurePosixPath
from typing import Final

READ: Final = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".webp"})
OTHER_TYPES: Final = frozenset({".gif", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".dng", ".raw", ".psd", ".tga"})

HIDDEN: Final = "hidden files"
THUMBNAILS: Final = "thumbnails"
MASKS: Final = "masks"
OTHER: Final = "of a type that is not read"

_THUMBNAIL_FOLDERS: Final = frozenset({"@eadir", "thumbs", "thumb", "thumbnails", "thumbnail", "#recycle", "__macosx"})
_MASK_FOLDERS: Final = frozenset(
    {"ground_truth", "groundtruth", "ground-truth", "mask", "masks", "gt", "segmentation", "segmentations"}
)
_MASK_NAME: Final = re.compile(r".*[_\-. ](mask|masks|gt|label|labels)", re.IGNORECASE)
_THUMBNAIL_NAME: Final = re.compile(r"thumbs?[_\-.].*|.*[_\-.]thumb(nail)?s?", re.IGNORECASE)


def is_picture(path: PurePosixPath) -> bool:
    """Whether the name is that of a picture, of any type."""
    return path.suffix.lower() in READ | OTHER_TYPES


def why_passed_over(path: PurePosixPath) -> str:
    """Why a picture file is not to be read; empty where nothing speaks against it.

    >>> [why_passed_over(PurePosixPath(path)) for path in ("good/._1.jpg", "test/1_mask.png", "good/1.jpg")]
    ['hidden files', 'masks', '']
    """
    if any(part.startswith(".") for part in path.parts):
        return HIDDEN
    folders = {part.lower() for part in path.parts[:-1]}
    if folders & _THUMBNAIL_FOLDERS or _THUMBNAIL_NAME.fullmatch(path.stem):
        return THUMBNAILS
    if folders & _MASK_FOLDERS or _MASK_NAME.fullmatch(path.stem):
        return MASKS
    return OTHER if path.suffix.lower() in OTHER_TYPES else ""
