"""What can be wrong with a small file of JSON that is there."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

Damage = Callable[[Path], object]


def truncated(path: Path) -> None:
    """Half of it, as a disk leaves it that was full or lost power."""
    os.truncate(path, path.stat().st_size // 2)


def replaced(path: Path, by: Callable[[Path], object]) -> None:
    """Something else in its place."""
    path.unlink()
    by(path)


DAMAGES: Final[dict[str, Damage]] = {
    "truncated": truncated,
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(200)),
    "no UTF-8": lambda path: path.write_bytes(b'{"\xff": 1}'),
    "a list": lambda path: path.write_text("[]"),
    "null": lambda path: path.write_text("null"),
    "a folder": lambda path: replaced(path, Path.mkdir),
    "a link to itself": lambda path: replaced(path, lambda place: place.symlink_to(place)),
}
"""The last one cannot be read by anybody, as a file of another user cannot by others than root."""
