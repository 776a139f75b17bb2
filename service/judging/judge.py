"""From crops to decisions: decode, gate, resize, score, decide. Pure computation, safe in any thread."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

import uuid_utils

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision, PictureFacts, Reason, Timing, Verdict
from service.contract.detector import Detection
from service.contract.errors import PictureError, PictureTooLarge
from service.contract.gate.gate import NOTHING_MEASURED
from service.contract.picture import Pixels, decode
from service.judging.serving import Serving
from service.monitoring.self_test import SelfTest, run_self_test


class _Decoded(NamedTuple):
    crop: Crop
    picture: Pixels
    decode_s: float


def judge(serving: Serving, crop: Crop) -> Decision:
    """Judge one picture.

    Raises:
        PictureError: the bytes cannot be decoded; no decision is made.
        ScoringFailed: the scorer cannot be trusted with it; no decision is made.
    """
    (outcome,) = judge_each(serving, [crop])
    if isinstance(outcome, PictureError):
        raise outcome
    return outcome


def judge_batch(serving: Serving, crops: Sequence[Crop]) -> list[Decision]:
    """Judge many pictures with one inference, in their order; what cannot be decoded becomes ``unknown``.

    Raises:
        ScoringFailed: the scorer cannot be trusted with them; no decision is made.
    """
    outcomes = zip(crops, judge_each(serving, crops), strict=True)
    return [_undecodable(serving, crop, one) if isinstance(one, PictureError) else one for crop, one in outcomes]


def judge_each(serving: Serving, crops: Sequence[Crop]) -> list[Decision | PictureError]:
    """Judge pictures of many senders with one inference, in their order; what cannot be decoded gets its error."""
    decoded = [_decoded(serving, crop) for crop in crops]
    decisions = iter(_judged(serving, [item for item in decoded if isinstance(item, _Decoded)]))
    return [next(decisions) if isinstance(item, _Decoded) else item for item in decoded]


def _decoded(serving: Serving, crop: Crop) -> _Decoded | PictureError:
    started = perf_counter()
    try:
        return _Decoded(crop, decode(crop.image, serving.max_pixels), perf_counter() - started)
    except PictureError as error:
        return error


def _judged(serving: Serving, decoded: Sequence[_Decoded]) -> list[Decision]:
    """Judge pictures together; their gates' time is shared among them, as the scorer's is."""
    pictures = [item.picture for item in decoded]
    started = perf_counter()
    gated = serving.gates.judge_all(pictures, [item.crop.camera_id for item in decoded])
    gate_s = (perf_counter() - started) / max(len(pictures), 1)
    # A picture that is refused whatever it shows is not scored either: its score would prove nothing.
    gated = [(figures, item.crop.refusal or unusable) for item, (figures, unusable) in zip(decoded, gated, strict=True)]
    thresholds = [serving.threshold_of(item.crop.camera_id) for item in decoded]
    detections = serving.detector.judge_gated(pictures, gated, thresholds)
    return [
        _decision(serving, item.crop, detection, _facts(item, detection), item.decode_s, gate_s)
        for item, detection in zip(decoded, detections, strict=True)
    ]


def _facts(item: _Decoded, detection: Detection) -> PictureFacts:
    height, width = item.picture.shape[:2]
    return PictureFacts(width, height, len(item.crop.image), *detection.figures)


def _undecodable(serving: Serving, crop: Crop, error: PictureError) -> Decision:
    reason = Reason.INPUT_TOO_LARGE if isinstance(error, PictureTooLarge) else Reason.INPUT_UNDECODABLE
    return _decision(serving, crop, Detection(Verdict.UNKNOWN, reason, NOTHING_MEASURED))


def _decision(
    serving: Serving,
    crop: Crop,
    detection: Detection,
    facts: PictureFacts | None = None,
    decode_s: float = 0.0,
    gate_s: float = 0.0,
) -> Decision:
    return Decision(
        decision_id=str(uuid_utils.uuid7()),
        verdict=detection.verdict,
        alarm=detection.verdict is not Verdict.NO_LEAK,
        reason=detection.reason,
        score=detection.score,
        threshold=serving.threshold_of(crop.camera_id).value,
        score_ratio=detection.score_ratio,
        camera_id=crop.camera_id,
        well_id=crop.well_id,
        cast_id=crop.cast_id,
        captured_at=crop.captured_at,
        received_at=crop.received_at,
        answered_at=datetime.now(UTC),
        model=serving.identity,
        image_sha256=crop.sha256,
        request_id=crop.request_id,
        batch_size=detection.batch_size,
        batch_index=detection.batch_index,
        picture=facts,
        timing_ms=Timing(_ms(decode_s), _ms(gate_s), _ms(detection.score_s), _ms(perf_counter() - crop.arrived)),
    )


def _ms(seconds: float) -> float:
    """Milliseconds to the microsecond; ``round`` takes three times as long."""
    return int(seconds * 1e6 + 0.5) / 1000


def challenge(serving: Serving) -> SelfTest:
    """Send the artefact's golden pictures through the real path."""

    def judged(file: str) -> tuple[float | None, Verdict]:
        image = (serving.artifact.folder / file).read_bytes()
        crop = Crop(image, sha256_hex(image), "self-test", datetime.now(UTC), perf_counter())
        decision = judge(serving, crop)
        return decision.score, decision.verdict

    manifest = serving.artifact.manifest
    return run_self_test(
        serving.identity.artifact, manifest.golden, serving.threshold, manifest.golden_tolerance, judged
    )
