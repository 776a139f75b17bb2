"""Links inside an archive: to files of it, and to folders of it."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from service.contract.stored_files.stored_file import StoredFile, nothing

DEEPEST: Final = 8
"""Links that lead to links; a circle of them ends here."""


class Links:
    """Gathers links while an archive is read, and follows them at the end."""

    def __init__(self) -> None:
        self._targets: dict[PurePosixPath, PurePosixPath | None] = {}

    def add(self, path: PurePosixPath, base: PurePosixPath, target: str) -> None:
        """Note a link from ``path`` to ``target``, which counts from ``base``."""
        self._targets[path] = _normal(base, target)

    def resolved(
        self, files: Mapping[PurePosixPath, StoredFile], wanted: Callable[[PurePosixPath], bool]
    ) -> list[StoredFile]:
        """The files, and what the links show of them; a link that leads nowhere has a fault."""
        known = dict(files)
        open_links = dict(self._targets)
        for _ in range(DEEPEST):
            shown = {path: self._shown(path, target, known) for path, target in open_links.items()}
            known |= {one.path: one for some in shown.values() for one in some if wanted(one.path)}
            open_links = {path: target for path, target in open_links.items() if not shown[path]}
            if not open_links:
                break
        for path in open_links:
            if wanted(path):
                known[path] = StoredFile(path, 0, nothing, "is a link that leads nowhere in the archive")
        return list(known.values())

    @staticmethod
    def _shown(
        path: PurePosixPath, target: PurePosixPath | None, known: Mapping[PurePosixPath, StoredFile]
    ) -> list[StoredFile]:
        if target is None or path.is_relative_to(target):
            return []
        if target in known:
            return [known[target]._replace(path=path)]
        below = [one for one in known.values() if one.path.is_relative_to(target)]
        return [one._replace(path=path / one.path.relative_to(target)) for one in below]


def _normal(base: PurePosixPath, target: str) -> PurePosixPath | None:
    """The path with every ``..`` taken out; None where it leads out of the archive."""
    if target.startswith("/"):
        return None
    parts: list[str] = []
    for part in (base / target).parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return None
    return PurePosixPath(*parts)
