"""What the data folder holds of the shadow model: which one, since when, who set it and why, and its tally."""

from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from service.contract.errors import ArtifactInvalid
from service.contract.stored_files.durable_file import keep
from service.judging.shadow.tally import ShadowTally

FILE: Final = "shadow_model.json"


class ShadowChoice(BaseModel):
    """A person's choice of a shadow, which outlives a restart; its manifest has to be the one that was chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    artifact_sha256: str
    every: int
    operator: str
    reason: str
    since: datetime


class Kept(BaseModel):
    """The choice with the tally so far."""

    choice: ShadowChoice
    tally: ShadowTally


class ShadowFile:
    """Reads and writes the choice and the tally; blocking."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def read(self) -> Kept | None:
        """Return what is kept, None where there is nothing.

        Raises:
            ArtifactInvalid: it cannot be read.
        """
        try:
            return Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise ArtifactInvalid(f"{self._path} cannot be read: choose a shadow model anew, or drop it") from error

    def write(self, text: str) -> None:
        """Keep the JSON of ``Kept``, durably.

        Raises:
            Unavailable: the data folder cannot be written.
        """
        keep(self._path, text)

    def remove(self) -> None:
        """Keep nothing.

        Raises:
            OSError: the data folder cannot be written.
        """
        self._path.unlink(missing_ok=True)
