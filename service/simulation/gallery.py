"""The pictures a simulated plant shows: read from a folder or an archive by the layouts of training."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from service.contract.errors import DataError, SetupError
from service.contract.layouts.contents import sort_contents
from service.contract.layouts.label import Label
from service.contract.layouts.naming import Naming
from service.contract.layouts.survey import LabelledFile, survey_files
from service.contract.stored_files.source import files_of
from service.contract.stored_files.stored_file import printable

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png"})
"""What the service takes; pictures of other types are left out."""

NO_WORDS: Final = Naming()


@dataclass(frozen=True, slots=True)
class Gallery:
    """Whole files in memory, in a random order that the seed fixes."""

    good: tuple[bytes, ...]
    leaks: tuple[bytes, ...]

    @classmethod
    def read(cls, source: Path, seed: int = 0, naming: Naming = NO_WORDS) -> Self:
        """Read every JPEG and PNG that training would read; pictures in no folder at all are good wells.

        Raises:
            SetupError: nothing is there, no good well, or it is not said which pictures show leaks.
        """
        try:
            labelled = _labelled(source, naming)
            good, leaks = (_contents(labelled, label) for label in Label)
        except (DataError, OSError) as error:
            raise SetupError(str(error)) from error
        if not good:
            raise SetupError(f"{printable(str(source))} holds no JPEG or PNG of a good well: name a folder of crops")
        order = random.Random(seed)  # noqa: S311  # an order of pictures is no secret
        order.shuffle(good)
        order.shuffle(leaks)
        return cls(tuple(good), tuple(leaks))


def _labelled(source: Path, naming: Naming) -> Iterable[LabelledFile]:
    files = files_of(source)
    contents = sort_contents(files, naming)
    if contents.pictures and all(len(path.parts) == 1 for path in (*contents.pictures, *contents.lists)):
        return [LabelledFile(file, Label.GOOD, sealed=False) for file in contents.pictures.values()]
    return survey_files(source, files, naming).files if contents.pictures else ()


def _contents(labelled: Iterable[LabelledFile], label: Label) -> list[bytes]:
    wanted = (one.file for one in labelled if one.label is label and not one.file.fault)
    return [file.read() for file in wanted if file.path.suffix.lower() in SUFFIXES]
