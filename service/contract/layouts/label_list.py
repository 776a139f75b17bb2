"""Lists of labels: ``test_annotation.txt``, and CSV files with a column of files and one of labels."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from service.contract.errors import DataError
from service.contract.layouts.label import Label
from service.contract.layouts.naming import TEST, Naming
from service.contract.stored_files.file_names import READ

ANNOTATION: Final = "test_annotation.txt"
FILE_COLUMNS: Final = (
    "file",
    "filename",
    "file_name",
    "image",
    "image_path",
    "filepath",
    "path",
    "img",
    "picture",
    "image_name",
    "name",
)
LABEL_COLUMNS: Final = (
    "label",
    "class",
    "target",
    "class_name",
    "class_label",
    "verdict",
    "is_leak",
    "leak",
    "anomaly",
    "is_anomaly",
    "defect",
)
SPLIT_COLUMNS: Final = ("split", "subset", "set", "part")
_BY_NUMBER: Final = {"0": Label.GOOD, "1": Label.LEAK}
_BY_TRUTH: Final = {"false": Label.GOOD, "no": Label.GOOD, "true": Label.LEAK, "yes": Label.LEAK}


class ListedLabel(NamedTuple):
    """A line of a list: name, label, whether it belongs to the test part, and the label as it stands there."""

    name: str
    label: Label
    sealed: bool
    said: str


def parse_annotation(text: str, origin: str) -> dict[str, Label]:
    r"""Read ``NAME LABEL`` lines with LF or CRLF ends into labels by file name.

    Raises:
        DataError: a line has no label, or one that is neither 0 nor 1, or a name has both; it is named.

    >>> parse_annotation("a b.jpg 1\r\nc.jpg 0\r\n", "test_annotation.txt")["a b.jpg"].name
    'LEAK'
    """
    labels: dict[str, Label] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, label = line.rsplit(None, 1) if len(line.split()) > 1 else ("", "")
        if label not in _BY_NUMBER:
            raise DataError(f"{origin}, line {number}: expected 'NAME LABEL' with label 0 or 1, found {line[:80]!r}")
        _add(labels, composed(name.strip()), _BY_NUMBER[label], f"{origin}, line {number}")
    return labels


def parse_table(text: str, origin: str, naming: Naming) -> tuple[ListedLabel, ...] | None:
    """Read a CSV with a column of files and one of labels, or two columns without a header; None where it is neither.

    Raises:
        DataError: a label is not known, or a name has both; the line is named.
    """
    rows = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(cell.strip() for cell in row)]
    header = [re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in rows[0][1]] if rows else []
    file, label, split = (_column(header, names) for names in (FILE_COLUMNS, LABEL_COLUMNS, SPLIT_COLUMNS))
    if file is None or label is None:
        if len(header) != 2 or not header[0].endswith(tuple(READ)):  # noqa: PLR2004  # a file and its label
            return None
        file, label, rows = 0, 1, [(0, []), *rows]
    labels: dict[str, Label] = {}
    found = []
    for number, row in rows[1:]:
        where = f"{origin}, line {number}"
        if len(row) <= max(file, label):
            raise DataError(f"{where}: expected a file and a label, found {','.join(row)[:80]!r}")
        name = composed(row[file].strip().replace("\\", "/"))
        _add(labels, name, label_of_cell(row[label], where, naming), where)
        sealed = split is not None and split < len(row) and row[split].strip().lower() in TEST
        found.append(ListedLabel(name, labels[name], sealed, row[label].strip()))
    return tuple(dict.fromkeys(found))


def label_of_cell(cell: str, where: str, naming: Naming) -> Label:
    """Read ``0``, ``1``, true, false, a known word or one that the user named.

    Raises:
        DataError: it is none of them.
    """
    value = cell.strip()
    label = _BY_NUMBER.get(value.removesuffix(".0"), _BY_TRUTH.get(value.lower()))
    label = naming.label(value) if label is None else label
    if label is None:
        raise DataError(f"{where}: {value[:80]!r} is no known label: name it with --good or --leak")
    return label


def composed(name: str) -> str:
    """One spelling for what looks alike: some systems store й as two signs."""
    return unicodedata.normalize("NFC", name)


def _add(labels: dict[str, Label], name: str, label: Label, where: str) -> None:
    if labels.setdefault(name, label) is not label:
        raise DataError(f"{where}: {name[:80]!r} stands there twice, once good and once leak: remove one")


def _rows(text: str) -> Iterator[list[str]]:
    first = next(iter(text.splitlines()), "")
    delimiter = max(",;\t", key=first.count)
    yield from csv.reader(text.splitlines(), delimiter=delimiter)


def _column(header: Iterable[str], names: Iterable[str]) -> int | None:
    places: Mapping[str, int] = {name: place for place, name in reversed(list(enumerate(header)))}
    return next((places[name] for name in names if name in places), None)
