"""The detector: from a decoded picture to its verdict, with the parts of one artefact."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from time import perf_counter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.artifact import Artifact
from service.contract.decision import Reason, Verdict, decide
from service.contract.errors import ScoringFailed
from service.contract.gate.gate import Figures, Gate, Gated
from service.contract.manifest import InputSpec, Threshold
from service.contract.picture import Pixels, stacked, to_pixels
from service.contract.run_limit import RunLimit
from service.contract.scorer import OnnxScorer, Scorer, Scores

MOST_AT_ONCE: Final = 256
LARGE_PIXELS: Final = 64 * 64
MOST_LARGE: Final = 64
"""As many pictures of so many pixels, fewer of more: onnxruntime took 10 MB for each of 128 x 128."""

MOST_BYTES: Final = 64 * 1024 * 1024


def pictures_at_once(spec: InputSpec) -> int:
    """How many pictures one inference takes: fewer where the input is large, so that memory stays below 1 GB."""
    return max(1, MOST_LARGE * LARGE_PIXELS // (spec.height * spec.width)) if _is_large(spec) else MOST_AT_ONCE


def _is_large(spec: InputSpec) -> bool:
    return spec.height * spec.width > LARGE_PIXELS


class Detection(NamedTuple):
    """What was found of one picture; ``score`` and ``score_ratio`` are None where no finite score was computed.

    ``batch_size`` and ``batch_index`` say in which company the score was computed, ``score_s`` is the picture's share
    of the time that took.
    """

    verdict: Verdict
    reason: Reason
    figures: Figures
    score: float | None = None
    score_ratio: float | None = None
    batch_size: int = 0
    batch_index: int = 0
    score_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Detector:
    """Gate, resize, score and decide: the way of every picture in training and service; safe in any thread."""

    gate: Gate
    input: InputSpec
    scorer: Scorer
    threshold: Threshold

    def judge(self, picture: Pixels) -> Detection:
        """Judge uint8 [H, W, 3] RGB; what the gate refuses outright is ``unknown`` and has no score.

        Under a doubt that cannot make a leak out of a good well it is ``leak`` or ``unknown``, as its score says.

        Raises:
            ScoringFailed: the scorer cannot be trusted with it.
        """
        (detection,) = self.judge_all([picture])
        return detection

    def judge_all(self, pictures: Sequence[Pixels]) -> list[Detection]:
        """Judge pictures of any sizes with one inference, in their order."""
        return self.judge_gated(self.gate.judge_all(pictures))

    def judge_many(self, pictures: Sequence[Pixels]) -> list[Detection]:
        """Judge any number of pictures, in their order, without ever holding many of them as they are."""
        found: list[Detection] = []
        step = pictures_at_once(self.input)
        for start in range(0, len(pictures), step):
            gated: list[Gated] = []
            for some in bounded_runs(pictures[start : start + step]):
                gated += self.gate.judge_all(some)
            found += self.judge_gated(gated)
        return found

    def judge_gated(self, gated: Sequence[Gated], thresholds: Sequence[Threshold] | None = None) -> list[Detection]:
        """Judge what a gate has let through or doubted, by the thresholds of the cameras where those are given."""
        pixels = [one.pixels for one in gated if one.pixels is not None]
        started = perf_counter()
        scored = enumerate(self._scored(pixels).tolist() if pixels else ())
        score_s = (perf_counter() - started) / max(len(pixels), 1)
        return [
            Detection(Verdict.UNKNOWN, doubt, figures)
            if doubt is not None and unscored is None
            else _detection(threshold, figures, doubt, *next(scored), len(pixels), score_s)
            for (figures, doubt, unscored), threshold in zip(
                gated, thresholds or [self.threshold] * len(gated), strict=True
            )
        ]

    def of_any_size(self) -> "Detector":
        """The same with a gate that says nothing of sizes: for pictures that were reduced before."""
        return replace(self, gate=self.gate.of_any_size())

    def score(self, pictures: Sequence[Pixels]) -> Scores:
        """Score pictures of any sizes with one inference, whatever the gate says of them: float32 [N]."""
        pixels = [to_pixels(picture, self.input) for picture in pictures]  # one after the other, where they are lazy
        return self._scored(pixels) if pixels else np.zeros(0, np.float32)

    def finds(self, pictures: Sequence[Pixels]) -> NDArray[np.bool_]:
        """Whether the score alone calls each picture a leak, [N]; one that is not finite is no ``no_leak``."""
        step = pictures_at_once(self.input) if _is_large(self.input) else max(len(pictures), 1)
        scores = [self.score(pictures[start : start + step]) for start in range(0, len(pictures), step)]
        return ~(np.concatenate([np.zeros(0, np.float32), *scores]) < self.threshold.value)

    def refuses(self, pictures: Sequence[Pixels]) -> NDArray[np.bool_]:
        """Whether the gate doubts each picture, [N], so that it cannot be ``no_leak``."""
        return np.array([one.doubt is not None for one in self.gate.judge_all(pictures)], bool)

    def _scored(self, pixels: Sequence[Pixels]) -> Scores:
        """Score; anything but exactly one score a picture is refused, since scores could go to the wrong pictures."""
        try:
            scores = self.scorer.score(stacked(pixels))
        except Exception as error:  # onnxruntime's errors share no base class below Exception
            raise ScoringFailed("the scorer failed on this picture: send the next one") from error
        if scores.shape != (len(pixels),):
            raise ScoringFailed(f"the scorer gave {scores.shape} scores for {len(pixels)} pictures: send the next one")
        return scores


def bounded_runs(pictures: Iterable[Pixels]) -> Iterator[list[Pixels]]:
    """Cut pictures into runs of ``MOST_BYTES``, one picture at least; of lazy ones no more is ever in memory."""
    run: list[Pixels] = []
    size = 0
    for picture in pictures:
        run.append(picture)
        size += picture.nbytes
        if size > MOST_BYTES:
            yield run
            run, size = [], 0
    if run:
        yield run


def _detection(
    threshold: Threshold,
    figures: Figures,
    doubt: Reason | None,
    index: int,
    score: float,
    batch_size: int,
    score_s: float,
) -> Detection:
    verdict, reason = decide(score, threshold.value, threshold.grey_zone_from, doubt)
    finite, ratio = (score, score / threshold.value) if isfinite(score) else (None, None)
    return Detection(verdict, reason, figures, finite, ratio, batch_size, index, score_s)


def open_detector(artifact: Artifact, threads: int = 1, limit: RunLimit | None = None) -> Detector:
    """Open and warm up what an artefact holds.

    Args:
        artifact: verified.
        threads: of one inference.
        limit: of the time of one inference.

    Raises:
        ArtifactInvalid: the graph or the gate's limits are not for this software.
    """
    manifest = artifact.manifest
    scorer = OnnxScorer(artifact.model_path, manifest.input, threads, limit)
    return Detector(Gate(manifest.gate, manifest.input), manifest.input, scorer, manifest.threshold)
