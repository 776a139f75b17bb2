"""From people's reviews to a data folder: ``good/`` and ``leak/``, which ``compare`` reads.

A picture is what its pixels are: the reviews of equal pictures count together, whichever decisions they belong to. Of
each reviewer the last word counts. A leak is what one person calls a leak and nobody a good well; a good well is what
two people call one and nobody anything else. What is left is in dispute, or waits for a second opinion.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from service.contract.decision import Verdict
from service.contract.errors import DataError, PictureError
from service.contract.picture import decode
from training.dataset.data import key_of

LINES = "reviews.jsonl"
PICTURES = "pictures"
GOOD_WELLS_NEED = 2


class Judged(StrEnum):
    """What people's reviews make of a picture; the first two are folders."""

    GOOD = "good"
    LEAK = "leak"
    WAITING = "waiting"
    DISPUTED = "disputed"
    UNUSABLE = "unusable"


class _Review(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    verdict: Verdict
    reviewer: str


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    decision_id: str
    picture: str | None
    reviews: tuple[_Review, ...]


@dataclass(slots=True)
class _Picture:
    """All reviews of equal pixels, and the first file that holds them."""

    name: str
    data: bytes
    reviews: list[_Review] = field(default_factory=list)


class Imported(NamedTuple):
    """How many pictures became what; ``without_picture`` decisions could not be used."""

    pictures: Mapping[Judged, int]
    without_picture: int


def import_reviews(export: Path, out: Path) -> Imported:
    """Turn a folder written by ``leak-inspection export-reviews`` into a data folder.

    Raises:
        DataError: no export there, a line cannot be read, or ``out`` holds pictures already.
    """
    folders = {judged: out / judged for judged in (Judged.GOOD, Judged.LEAK)}
    if any(folder.exists() and any(folder.iterdir()) for folder in folders.values()):
        raise DataError(f"{out} holds pictures already: name an empty folder, so that none stays that was overruled")
    lines = list(_read_lines(export / LINES))
    pictures, missing, unusable = _gather(lines, export / PICTURES)
    counts = Counter({Judged.UNUSABLE: unusable})
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        judged = judge(picture.reviews)
        counts[judged] += 1
        if judged in folders:
            (folders[judged] / picture.name).write_bytes(picture.data)
    return Imported({judged: counts[judged] for judged in Judged}, missing)


def judge(reviews: Iterable[_Review]) -> Judged:
    """Weigh the last word of each reviewer."""
    last = {_person(review): review.verdict for review in sorted(reviews, key=lambda review: review.at)}
    words = Counter(last.values())
    if not words or set(words) == {Verdict.UNKNOWN}:
        return Judged.WAITING
    if words[Verdict.LEAK]:
        return Judged.DISPUTED if words[Verdict.NO_LEAK] else Judged.LEAK
    if words[Verdict.UNKNOWN]:
        return Judged.DISPUTED
    return Judged.GOOD if words[Verdict.NO_LEAK] >= GOOD_WELLS_NEED else Judged.WAITING


def _person(review: _Review) -> str:
    """Nobody becomes two people by spelling a name in two ways."""
    return " ".join(review.reviewer.casefold().split())


def _read_lines(path: Path) -> Iterator[_Line]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: name a folder of leak-inspection export-reviews") from error
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield _Line.model_validate_json(line)
        except ValidationError as error:
            raise DataError(f"{path}, line {number}: {error.errors()[0]['msg']}: export the reviews again") from error


def _gather(lines: Iterable[_Line], folder: Path) -> tuple[list[_Picture], int, int]:
    """Group by pixels; count decisions without a picture and those with one that cannot be decoded."""
    pictures: dict[str, _Picture] = {}
    missing = unusable = 0
    for line in lines:
        data = None if line.picture is None else _read(folder / Path(line.picture).name)
        if line.picture is None or data is None:
            missing += 1
            continue
        try:
            key = key_of(decode(data))
        except PictureError:
            unusable += 1
            continue
        pictures.setdefault(key, _Picture(Path(line.picture).name, data)).reviews.extend(line.reviews)
    return list(pictures.values()), missing, unusable


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
