"""Where pictures lie in a data folder, and what their place says of them."""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath

from service.contract.errors import DataError

ANNOTATION = "test_annotation.txt"
GOOD_FOLDERS = frozenset({"train", "good"})
LEAK_FOLDERS = frozenset({"proliv", "leak"})
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
PARTS = ("test", "report", "choice", "calibration", "all", "site_report", "site_choice", "site")
"""What an artefact can be evaluated on: the sealed pictures, a part of the split, all but the sealed ones, a half
of the second set or the whole of it."""

EXPECTED = (
    "expected is a folder or .tar.gz with good pictures in train/ (or good/) and leaks in proliv/ (or leak/), "
    "as JPEG, PNG or BMP; optionally test/imgs/ with test/test_annotation.txt, one 'NAME LABEL' a line, 0 good, 1 leak"
)


class Label(IntEnum):
    """What a picture shows, in the numbers of ``test_annotation.txt``."""

    GOOD = 0
    LEAK = 1


@dataclass(frozen=True, slots=True)
class Place:
    """What a path says: ``label`` is None where the annotation must say it."""

    sealed: bool
    label: Label | None


def place_of(path: PurePosixPath) -> Place | None:
    """Read label and part from the names of the folders, the innermost first; None for what is no picture of ours.

    >>> place_of(PurePosixPath("wells/proliv/camera_1/7.JPG"))
    Place(sealed=False, label=<Label.LEAK: 1>)
    >>> place_of(PurePosixPath("test/imgs/7.jpg"))
    Place(sealed=True, label=None)
    """
    if path.suffix.lower() not in SUFFIXES or any(part.startswith(".") for part in path.parts):
        return None
    folders = [folder.lower() for folder in path.parts[:-1]]
    sealed = "test" in folders
    for folder in reversed(folders):
        if folder in GOOD_FOLDERS:
            return Place(sealed, Label.GOOD)
        if folder in LEAK_FOLDERS:
            return Place(sealed, Label.LEAK)
    return Place(sealed=True, label=None) if sealed and "imgs" in folders else None


def parse_annotation(text: str, origin: str) -> dict[str, Label]:
    r"""Read ``NAME LABEL`` lines with LF or CRLF ends into labels by file name.

    Raises:
        DataError: a line has no label, or one that is neither 0 nor 1; it is named.

    >>> parse_annotation("a b.jpg 1\r\nc.jpg 0\r\n", "test_annotation.txt")["a b.jpg"].name
    'LEAK'
    """
    labels = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, label = line.strip().rpartition(" ")
        if not name or label not in {"0", "1"}:
            raise DataError(f"{origin}, line {number}: expected 'NAME LABEL' with label 0 or 1, found {line[:80]!r}")
        labels[name.strip()] = Label(int(label))
    return labels
