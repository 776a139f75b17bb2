"""What one fit of a candidate brought, as it is kept for resuming and reporting."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from training.dataset.whole_file import replacing
from training.report.pictures import Example


@dataclass(frozen=True, slots=True)
class JobResult:
    """Scores by set of the comparison, curves, cost; ``failed`` says why there are none.

    ``scenes`` numbers the scenes of the good wells and the events of the leaks, by set. ``left_out`` names the kind of
    synthetic leaks that was kept out of the augmentation, and is empty for the fit that may be exported.
    """

    candidate: str
    seed: int
    left_out: str = ""
    scores: dict[str, tuple[float, ...]] = field(default_factory=dict)
    scenes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    losses: tuple[float, ...] = ()
    held_out_losses: tuple[float, ...] = ()
    fit_s: float = 0.0
    score_us: float = 0.0
    size_bytes: int = 0
    examples: tuple[Example, ...] = ()
    failed: str = ""

    def of(self, name: str) -> NDArray[np.float64]:
        """The scores of a set, [N]; empty where it was not scored."""
        return np.array(self.scores.get(name, ()))

    def scenes_of(self, name: str) -> NDArray[np.int64]:
        """The scenes of a set, [N]; each picture is one of its own where they are not known."""
        known = self.scenes.get(name)
        return np.arange(self.of(name).size) if known is None else np.array(known, np.int64)

    def together(self, *names: str) -> NDArray[np.float64]:
        """The scores of several sets, one after the other."""
        return np.concatenate([self.of(name) for name in names])

    def scenes_together(self, *names: str) -> NDArray[np.int64]:
        """The scenes of several sets, one after the other; parts of one comparison share no scene."""
        return np.concatenate([self.scenes_of(name) for name in names])

    def families(self, prefix: str) -> dict[str, NDArray[np.float64]]:
        """The scores of every set below a prefix, by the last part of its name."""
        return {
            name.rpartition("/")[2]: np.array(scores) for name, scores in self.scores.items() if name.startswith(prefix)
        }


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """What a job hands back to be kept: its key, its result, the file of its weights where there is one."""

    key: str
    result: JobResult
    weights: bytes = b""


_ADAPTER = TypeAdapter(JobResult)


def save_result(result: JobResult, path: Path) -> None:
    """Write it, whole or not at all."""
    with replacing(path) as draft:
        draft.write_bytes(_ADAPTER.dump_json(result))


def load_result(path: Path) -> JobResult | None:
    """Read it back; None where there is none, or one of another version."""
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
