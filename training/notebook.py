"""For notebooks and scripts, as ``from training import ...``: artefacts that score arrays, comparisons as rows."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.contract import artifact as artifacts
from service.contract.detector import Detection, open_detector
from service.contract.errors import DataError
from service.contract.manifest import Manifest
from service.contract.picture import Pixels, decode
from training.comparison.content import ComparisonReport, from_json
from training.comparison.outcome.rows import Row, rows_of

__all__ = ["LoadedArtifact", "load_artifact", "read_comparison", "read_picture"]

BATCH = 256
SIDES_AND_CHANNELS = 3


class LoadedArtifact:
    """A verified artefact that scores and judges pictures exactly as the service does; safe in any thread.

    ``threshold`` is the cut on the score, ``input_size`` the model's (height, width), ``manifest`` all that the
    artefact states of itself.
    """

    def __init__(self, opened: artifacts.Artifact, threads: int = 1) -> None:
        self.id = opened.id
        self.manifest: Manifest = opened.manifest
        self.threshold = opened.manifest.threshold.value
        self.input_size = (opened.manifest.input.height, opened.manifest.input.width)
        self._detector = open_detector(opened, threads)

    def score(self, pictures: Sequence[Pixels] | Pixels) -> NDArray[np.float32]:
        """Score pictures whatever the gate says of them: float32 [N], higher is more anomalous.

        Args:
            pictures: uint8 [H, W, 3] RGB each, of any sizes; or one array, uint8 [N, H, W, 3].

        Raises:
            DataError: a picture is of another kind.
        """
        parts = [self._detector.score(part) for part in _parts(pictures)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def judge(self, pictures: Sequence[Pixels] | Pixels) -> list[Detection]:
        """Judge pictures, gate included: ``verdict``, ``reason``, ``score``, ``score_ratio`` of each.

        Raises:
            DataError: a picture is of another kind.
        """
        return [found for part in _parts(pictures) for found in self._detector.judge_all(part)]


def load_artifact(folder: str | Path, threads: int = 1) -> LoadedArtifact:
    """Open an artefact, or the active one where the folder holds artefacts.

    Raises:
        ArtifactError: there is none, or it is damaged.
    """
    root = Path(folder)
    if not (root / artifacts.MANIFEST).exists() and (root / artifacts.ACTIVE).exists():
        root /= artifacts.read_active(root)
    return LoadedArtifact(artifacts.open_artifact(root), threads)


def read_picture(file: str | Path) -> Pixels:
    """Read a JPEG or PNG as the service does: uint8 [H, W, 3], RGB.

    Raises:
        DataError: the file cannot be read.
        PictureError: it is no whole picture.
    """
    try:
        return decode(Path(file).read_bytes())
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error


def read_comparison(file: str | Path) -> list[Row]:
    """Read the ``comparison.json`` that ``compare`` names in its last line: a dict a candidate, best first.

    All have the same keys (:func:`training.comparison.outcome.rows.rows_of`), so that ``pandas.DataFrame(rows)`` and
    ``csv.DictWriter`` take them as they are.

    Raises:
        DataError: the file cannot be read, or is something else.
    """
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    return rows_of(from_json(ComparisonReport, content))


def _parts(pictures: Sequence[Pixels] | Pixels) -> list[list[Pixels]]:
    """Checked pictures, so many at a time."""
    checked = [_checked(number, picture) for number, picture in enumerate(pictures)]
    return [checked[start : start + BATCH] for start in range(0, len(checked), BATCH)]


def _checked(number: int, picture: Pixels) -> Pixels:
    of_kind = isinstance(picture, np.ndarray) and picture.dtype == np.uint8
    if not of_kind or picture.ndim != SIDES_AND_CHANNELS or picture.shape[2] != SIDES_AND_CHANNELS or not picture.size:
        found = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise DataError(f"picture {number} is {found}: give a list of uint8 [H, W, 3] RGB, or one uint8 [N, H, W, 3]")
    return np.ascontiguousarray(picture)
