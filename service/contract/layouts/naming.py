"""What the folders say: by the words that are known, and by those that the user named."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from service.contract.errors import DataError
from service.contract.layouts.label import Label, label_of, tokens_of
from service.contract.layouts.words import known_words

TRAIN: Final = frozenset({"train", "training"})
TEST: Final = frozenset({"test", "testing", "test_public"})
UNLABELLED_TEST: Final = frozenset({"test_private", "test_private_mixed"})

_ID: Final = re.compile(r"[\d]+|[a-z]|[0-9a-f]{6,}")


def key_of_name(name: str) -> str:
    """Without case and differences of encoding."""
    return "/".join(" ".join(tokens_of(part)) for part in name.strip("/").split("/"))


@dataclass(frozen=True)
class Naming:
    """Folders (``NAME`` or ``FOLDER/NAME``) or classes of a list that the user called good, leak, or not to be read.

    With ``strict`` each name must be there: a slip of the keys would change labels unseen.
    """

    good: tuple[str, ...] = ()
    leak: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    strict: bool = True
    _said: dict[str, Label | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for names, label in ((self.good, Label.GOOD), (self.leak, Label.LEAK), (self.skip, None)):
            for name in names:
                if self._said.setdefault(key_of_name(name), label) != label:
                    raise DataError(f"{name!r} is named for two different things: name it once")

    def label(self, name: str) -> Label | None:
        """What a class is called, by the user or by the known words."""
        return self._said.get(key_of_name(name), label_of(name))

    def knows(self, folders: Sequence[str]) -> bool:
        """Whether the user named this folder, given with all above it."""
        return self._match(folders) is not None

    def folder(self, folders: Sequence[str]) -> Label | None:
        """The label of a folder, given with all above it; of a skipped one None."""
        match = self._match(folders)
        return label_of(folders[-1]) if match is None else self._said[match]

    def skips(self, folders: Sequence[str]) -> bool:
        """Whether the innermost of these folders that the user named is one to skip."""
        for depth in range(len(folders), 0, -1):
            match = self._match(folders[:depth])
            if match is not None:
                return self._said[match] is None
        return False

    def check(self, paths: Iterable[PurePosixPath], classes: Iterable[str] = ()) -> None:
        """Refuse a name that nothing has.

        Raises:
            DataError: there is one.
        """
        if not self.strict:
            return
        folders = {path.parts[:depth] for path in paths for depth in range(1, len(path.parts))}
        keys = {key_of_name(name) for name in classes}
        keys |= {key_of_name("/".join(folder[start:])) for folder in folders for start in range(len(folder))}
        for name in (*self.good, *self.leak, *self.skip):
            if key_of_name(name) not in keys:
                known = ", ".join(sorted({folder[-1] for folder in folders})[:20]) or "none"
                raise DataError(f"no folder or class with pictures is called {name!r}; there are: {known}")

    def _match(self, folders: Sequence[str]) -> str | None:
        if not self._said:
            return None
        keys = (key_of_name("/".join(folders[start:])) for start in range(len(folders)))
        return next((key for key in keys if key in self._said), None)


def is_neutral(folder: str) -> bool:
    """Whether a name only says where or when: cameras, days, numbers, words like ``images``.

    >>> is_neutral("camera_1"), is_neutral("2023-03-01"), is_neutral("_rejected")
    (True, True, False)
    """
    return all(token in known_words().neutral or _ID.fullmatch(token) for token in tokens_of(folder))
