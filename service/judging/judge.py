"""From shots to decisions: decode, gate, resize, score, decide. Pure computation, safe in any thread."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from time import perf_counter
from typing import NamedTuple

import numpy as np
import uuid_utils

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Judgement, Reason, Timing, Verdict, decide
from service.contract.errors import PictureError, ScoringFailed
from service.contract.picture import Pixels
from service.judging.preparation import Prepared, prepare, refused
from service.judging.serving import Serving
from service.judging.shot import Shot
from service.monitoring.self_test import SelfTest, run_self_test


class _Scored(NamedTuple):
    """A score, if there is one, and the company in which it was computed."""

    score: float | None
    batch_size: int
    batch_index: int
    score_s: float


def judge(serving: Serving, shot: Shot, max_pixels: int) -> Decision:
    """Judge one picture.

    Raises:
        PictureError: the bytes cannot be decoded; no decision is made.
        ScoringFailed: the scorer cannot be trusted with it; no decision is made.
    """
    (outcome,) = judge_each(serving, [shot], max_pixels)
    if isinstance(outcome, PictureError):
        raise outcome
    return outcome


def judge_each(serving: Serving, shots: Sequence[Shot], max_pixels: int) -> list[Decision | PictureError]:
    """Judge pictures of many senders with one inference, in their order; what cannot be decoded gets its error."""
    prepared = prepare(serving, shots, max_pixels)
    whole = [(shot, item) for shot, item in zip(shots, prepared, strict=True) if isinstance(item, Prepared)]
    decisions = iter(_decide_all(serving, [shot for shot, _ in whole], [item for _, item in whole]))
    return [next(decisions) if isinstance(item, Prepared) else item for item in prepared]


def judge_batch(serving: Serving, shots: Sequence[Shot], max_pixels: int) -> list[Decision]:
    """Judge many pictures with one inference, in their order; what cannot be decoded becomes ``unknown``.

    Raises:
        ScoringFailed: the scorer cannot be trusted with them; no decision is made.
    """
    prepared = prepare(serving, shots, max_pixels)
    return _decide_all(serving, shots, [item if isinstance(item, Prepared) else refused(item) for item in prepared])


def _decide_all(serving: Serving, shots: Sequence[Shot], prepared: Sequence[Prepared]) -> list[Decision]:
    usable = [item.pixels for item in prepared if item.pixels is not None]
    started = perf_counter()
    scores = iter(_scores(serving, usable) if usable else ())
    score_s = (perf_counter() - started) / max(len(usable), 1)
    decisions = []
    index = 0
    for shot, item in zip(shots, prepared, strict=True):
        if item.pixels is None:
            scored = _Scored(None, 0, 0, 0.0)
        else:
            scored = _Scored(next(scores), len(usable), index, score_s)
            index += 1
        decisions.append(_decision(serving, shot, item, scored))
    return decisions


def _scores(serving: Serving, usable: Sequence[Pixels]) -> list[float]:
    """Score pictures; whatever is not exactly one score a picture could be laid to another one's charge."""
    try:
        scores = serving.scorer.score(np.stack(usable))
    except Exception as error:  # onnxruntime's errors share no base class below Exception
        raise ScoringFailed("the scorer failed on this picture: send the next one") from error
    if scores.shape != (len(usable),):
        raise ScoringFailed(f"the scorer gave {scores.shape} scores for {len(usable)} pictures: send the next one")
    return scores.tolist()  # type: ignore[no-any-return]  # numpy's stubs do not know the element type


def _judgement(serving: Serving, item: Prepared, score: float | None) -> Judgement:
    if score is None:
        return Judgement(Verdict.UNKNOWN, item.reason or Reason.INPUT_UNDECODABLE)
    threshold = serving.artifact.manifest.threshold
    return decide(score, threshold.value, threshold.grey_zone_from)


def _decision(serving: Serving, shot: Shot, item: Prepared, scored: _Scored) -> Decision:
    verdict, reason = _judgement(serving, item, scored.score)
    score = scored.score if scored.score is not None and isfinite(scored.score) else None
    threshold = serving.artifact.manifest.threshold.value
    return Decision(
        decision_id=str(uuid_utils.uuid7()),
        verdict=verdict,
        alarm=verdict is not Verdict.NO_LEAK,
        reason=reason,
        score=score,
        threshold=threshold,
        score_ratio=None if score is None else score / threshold,
        camera_id=shot.camera_id,
        well_id=shot.well_id,
        cast_id=shot.cast_id,
        captured_at=shot.captured_at,
        received_at=shot.received_at,
        answered_at=datetime.now(UTC),
        model=serving.identity,
        image_sha256=shot.sha256,
        request_id=shot.request_id,
        batch_size=scored.batch_size,
        batch_index=scored.batch_index,
        picture=item.facts,
        timing_ms=Timing(_ms(item.decode_s), _ms(item.gate_s), _ms(scored.score_s), _ms(perf_counter() - shot.arrived)),
    )


def _ms(seconds: float) -> float:
    """Milliseconds to the microsecond; ``round`` takes three times as long."""
    return int(seconds * 1e6 + 0.5) / 1000


def challenge(serving: Serving, max_pixels: int) -> SelfTest:
    """Send the artefact's golden pictures through the real path."""

    def judged(file: str) -> tuple[float | None, Verdict]:
        image = (serving.artifact.folder / file).read_bytes()
        shot = Shot(image, sha256_hex(image), "self-test", datetime.now(UTC), perf_counter())
        decision = judge(serving, shot, max_pixels)
        return decision.score, decision.verdict

    manifest = serving.artifact.manifest
    return run_self_test(
        serving.identity.artifact, manifest.golden, serving.threshold, manifest.golden_tolerance, judged
    )
