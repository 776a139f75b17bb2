"""The study of a camera from the service's own record: what commissioning makes of it with an artefact."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan
from typing import Final

import numpy as np

from service.contract.artifact import Artifact, sha256_hex
from service.contract.commissioning.commissioning import Commissioning, commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.observation import Observations, upside_down
from service.contract.decision import Verdict
from service.contract.detector import open_detector
from service.contract.scenes.linking import scenes_of
from service.record.archive.folder import ArchiveFolder
from service.record.camera_sample import Bounds, CameraSample, lowest_reviewed_leak, sample_camera
from service.record.queries.records import Records

BESIDE_THE_LINE: Final = Bounds(decisions=48_000, pictures=1000, bytes=2**26)
"""Little enough for a process that judges at the same time."""


@dataclass(frozen=True, slots=True)
class CameraStudy:
    """What was found of a camera within some hours.

    ``wells`` counts pictures, and ``good_wells`` good ones, by well; ``pictures_sha256`` is that of the sorted
    checksums of all pictures, a line each. Without a picture there is neither ``seen`` nor ``outcome``.
    """

    at: datetime
    hours: float
    artifact: Artifact
    asked: int
    whole: bool
    wells: Mapping[str | None, int]
    good_wells: Mapping[str | None, int]
    pictures_sha256: str
    terms: Terms
    seen: Observations | None = None
    outcome: Commissioning | None = None


class CameraStudies:
    """Studies cameras; pictures and scores are of this replica, reviews of all."""

    def __init__(
        self,
        own: Records,
        reviewed: Records,
        archive: ArchiveFolder,
        same_scores: Callable[[Artifact], frozenset[str]],
        bounds: Bounds,
    ) -> None:
        """Make them; ``same_scores`` names the artefacts that have the scores of one."""
        self._same_scores = same_scores
        self._own = own
        self._reviewed = reviewed
        self._archive = archive
        self._bounds = bounds

    async def study(self, camera_id: str, hours: float, artifact: Artifact) -> CameraStudy:
        """Sample the camera's last hours and commission it.

        Raises:
            Unavailable: the record cannot be read.
            ArtifactError: the artefact cannot be opened.
            ScoringFailed: the scorer cannot be trusted.
        """
        same = await asyncio.to_thread(self._same_scores, artifact)
        sample = await sample_camera(
            self._own, self._archive, camera_id, hours, same, self._bounds, artifact.manifest.levels
        )
        terms = await self.terms(camera_id, artifact)
        return await asyncio.to_thread(_studied, hours, artifact, sample, terms)

    async def terms(self, camera_id: str, artifact: Artifact) -> Terms:
        """What is known of leaks before a picture of the camera is seen, by its reviews too."""
        threshold = artifact.manifest.threshold
        same = await asyncio.to_thread(self._same_scores, artifact)
        reviewed = await lowest_reviewed_leak(self._reviewed, camera_id, same)
        known = [score for score in (threshold.lowest_leak, reviewed) if score is not None]
        return Terms(threshold, min(known, default=None))


def _studied(hours: float, artifact: Artifact, sample: CameraSample, terms: Terms) -> CameraStudy:
    decisions = sample.decisions
    lines = "\n".join(sorted(one.image_sha256 for one in decisions))
    seen = _observations(sample, artifact) if decisions else None
    return CameraStudy(
        datetime.now(UTC),
        hours,
        artifact,
        sample.asked,
        sample.whole,
        Counter(one.well_id for one in decisions),
        Counter(one.well_id for one in decisions if one.verdict is Verdict.NO_LEAK),
        sha256_hex(lines.encode()),
        terms,
        seen,
        None if seen is None else commission(seen, terms, artifact.manifest.drift),
    )


def _observations(sample: CameraSample, artifact: Artifact) -> Observations:
    scores = np.array([nan if one.score is None else one.score for one in sample.decisions], np.float64)
    names = tuple(one.decision_id for one in sample.decisions)
    reasons = tuple(one.reason for one in sample.decisions)
    turned = upside_down(open_detector(artifact), sample.pictures)
    return Observations(names, scores, reasons, scenes_of(sample.pictures), turned)
