"""A round of improvement on disk: each step leaves a file, whole or not at all, and what is there need not be done."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.contract.errors import DataError
from training.dataset.reviews import LINES, Imported, Judged, import_reviews
from training.dataset.whole_file import replacing
from training.improvement.gate import GateResult

ROUND: Final = "round"
EXPORT: Final = "export"

Kept = TypeVar("Kept", bound=BaseModel)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Source(_Kept):
    """Which export the round learns from, and the sha256 of its lines."""

    folder: Path
    sha256: str


class Reviewed(_Kept):
    """How many reviewed pictures became what; those that wait or are in dispute stay in quarantine."""

    pictures: dict[Judged, int]
    without_picture: int


class Candidate(_Kept):
    """What the comparison made of them; a quick look is not fit to serve."""

    artifact: str
    quick: bool


class Round:
    """The steps of one round, each None until it is done."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._folder = work / ROUND
        self.data = self._folder / "reviewed"

    @property
    def fetched(self) -> Path:
        """Where an export is written that comes from a service."""
        return self._folder / EXPORT

    @property
    def source(self) -> Source | None:
        """The export it learns from.

        Raises:
            DataError: it is another one by now.
        """
        source = self._read("source", Source)
        if source is not None and _digest(source.folder) != source.sha256:
            raise DataError(f"{source.folder} has changed since this round began: --again begins another one")
        return source

    @property
    def reviewed(self) -> Reviewed | None:
        return self._read("reviewed", Reviewed)

    @property
    def candidate(self) -> Candidate | None:
        return self._read("candidate", Candidate)

    @property
    def gate(self) -> GateResult | None:
        return self._read("gate", GateResult)

    def begin(self, export: Path) -> None:
        """Learn from this export, which stays as it is."""
        self._keep("source", Source(folder=export.absolute(), sha256=_digest(export)))

    def import_reviews(self, source: Source) -> None:
        """Write the data folder; one that an interruption left half-written is written anew."""
        shutil.rmtree(self.data, ignore_errors=True)
        imported: Imported = import_reviews(source.folder, self.data)
        self._keep("reviewed", Reviewed(pictures=dict(imported.pictures), without_picture=imported.without_picture))

    def keep_candidate(self, artifact: str, *, quick: bool) -> None:
        self._keep("candidate", Candidate(artifact=artifact, quick=quick))

    def keep_gate(self, result: GateResult) -> None:
        self._keep("gate", result)

    def set_aside(self) -> None:
        """Make place for another round; this one stays beside it."""
        if self._folder.exists():
            self._folder.rename(self._work / f"{ROUND}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")

    def _keep(self, name: str, content: BaseModel) -> None:
        with replacing(self._folder / f"{name}.json") as draft:
            draft.write_text(content.model_dump_json(indent=1), encoding="utf-8")

    def _read(self, name: str, kind: type[Kept]) -> Kept | None:
        path = self._folder / f"{name}.json"
        try:
            return kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise DataError(f"{path} cannot be read: --again begins another round") from error


def _digest(export: Path) -> str:
    try:
        return hashlib.sha256((export / LINES).read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{export / LINES} cannot be read: name a folder of leak-inspection export-reviews") from error
