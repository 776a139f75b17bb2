"""From crops to decisions: decode, gate, resize, score, decide. Pure computation, safe in any thread."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

import uuid_utils

from service.contract.crop import Crop
from service.contract.decision import Decision, PictureFacts, Reason, Timing, Verdict
from service.contract.detector import Detection
from service.contract.errors import PictureError, PictureTooLarge
from service.contract.gate.gate import NOTHING_MEASURED, Gated
from service.contract.header.header import Header
from service.contract.picture import Pixels, decode, read_header, require_size
from service.judging.deadline import require_time
from service.judging.serving import Serving
from service.monitoring.freshness import FreshnessMonitor

Outcome = Decision | PictureError
"""What becomes of a picture: a decision, or the error of one that cannot be decoded."""


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
    return decided(serving, crops, judge_each(serving, crops))


def decided(serving: Serving, crops: Sequence[Crop], outcomes: Sequence[Outcome]) -> list[Decision]:
    """Turn outcomes into decisions: what cannot be decoded becomes ``unknown``."""
    return [
        _undecodable(serving, crop, outcome) if isinstance(outcome, PictureError) else outcome
        for crop, outcome in zip(crops, outcomes, strict=True)
    ]


def judge_each(
    serving: Serving, crops: Sequence[Crop], freshness: FreshnessMonitor | None = None, deadline: float = math.inf
) -> list[Outcome]:
    """Judge pictures of many senders with one inference, in their order; what cannot be decoded gets its error.

    Args:
        serving: what is served.
        crops: the pictures.
        freshness: knows what wells have shown before, where that matters.
        deadline: when inference must have begun, on the clock of ``time.perf_counter``.

    Raises:
        DeadlineExceeded: it has not.
        ScoringFailed: the scorer cannot be trusted with them; no decision is made.
    """
    decoded = [_decoded(serving, crop) for crop in crops]
    usable = [item for item in decoded if isinstance(item, _Decoded)]
    decisions = iter(_judged(serving, usable, freshness, deadline))
    return [next(decisions) if isinstance(item, _Decoded) else item for item in decoded]


def with_header(crop: Crop) -> Crop:
    """Read the header of a picture; without one it gets its error when it is judged."""
    if crop.header is not None:
        return crop
    try:
        return crop.with_header(read_header(crop.image))
    except PictureError:
        return crop


def pixels_to_decode(serving: Serving, crop: Crop) -> int:
    """Return for how many pixels a decoder will need memory, 0 for what will not be decoded."""
    header = crop.header if crop.frame is None else None
    if header is None or header.pixels > serving.max_pixels or not serving.gates.of(crop.camera_id).accepts(header):
        return 0
    return header.decoding_pixels


def _decoded(serving: Serving, crop: Crop) -> _Decoded | Outcome:
    """Decode what the gate may find usable: the size that the header states decides before a pixel exists."""
    started = perf_counter()
    try:
        header = crop.header or read_header(crop.image)
        if crop.doubt is Reason.MISALIGNED:
            return _unseen(serving, crop, header, Reason.MISALIGNED)
        if header.pixels <= serving.max_pixels and not serving.gates.of(crop.camera_id).accepts(header):
            return _unseen(serving, crop, header, Reason.INPUT_SIZE)
        if crop.pixels is not None:
            require_size(header, serving.max_pixels)
            return _Decoded(crop, crop.pixels, 0.0)
        return _Decoded(crop, decode(crop.image, serving.max_pixels, header, serving.levels), perf_counter() - started)
    except PictureError as error:
        return error


def _judged(
    serving: Serving, decoded: Sequence[_Decoded], freshness: FreshnessMonitor | None, deadline: float
) -> list[Decision]:
    """Judge pictures together; their gates' time is shared among them, as the scorer's is."""
    pictures = [item.picture for item in decoded]
    started = perf_counter()
    gated = serving.gates.judge_all(pictures, [item.crop.camera_id for item in decoded])
    gated = _with_refusals(decoded, gated, freshness)
    gate_s = (perf_counter() - started) / max(len(pictures), 1)
    require_time(deadline)
    thresholds = [serving.threshold_of(item.crop.camera_id) for item in decoded]
    detections = serving.detector.judge_gated(gated, thresholds)
    gate_ms, now, at = _ms(gate_s), perf_counter(), datetime.now(UTC)
    return [
        _decision(
            serving,
            item.crop,
            detection,
            threshold.value,
            at,
            _facts(item, detection),
            Timing(_ms(item.decode_s), gate_ms, _ms(detection.score_s), _ms(now - item.crop.arrived)),
        )
        for item, detection, threshold in zip(decoded, detections, thresholds, strict=True)
    ]


def _with_refusals(
    decoded: Sequence[_Decoded], gated: Sequence[Gated], freshness: FreshnessMonitor | None
) -> list[Gated]:
    """A picture that is refused whatever it shows is not scored either: its score would prove nothing."""
    now = perf_counter()
    frozen = _frozen(decoded, freshness)
    return [
        one
        if crop.refusal is None and crop.doubt is None and now <= crop.stale_at and place not in frozen
        else _refused(crop, one, stale=now > crop.stale_at, frozen=place in frozen)
        for place, ((crop, _, _), one) in enumerate(zip(decoded, gated, strict=True))
    ]


def _refused(crop: Crop, one: Gated, *, stale: bool, frozen: bool) -> Gated:
    reason = crop.refusal
    if reason is None and stale:
        reason = Reason.STALE
    if reason is None and frozen and one.is_scored:
        reason = Reason.FROZEN
    if reason is not None:
        return one.refused(reason)
    return one if one.doubt is not None else one._replace(doubt=crop.doubt)


def _frozen(decoded: Sequence[_Decoded], freshness: FreshnessMonitor | None) -> set[int]:
    """Places of pictures that their cameras have shown before; what has no ids is not compared."""
    named = [
        place for place, item in enumerate(decoded) if item.crop.camera_id is not None or item.crop.well_id is not None
    ]
    if freshness is None or not named:
        return set()
    crops = [decoded[place].crop for place in named]
    contents = [_content(decoded[place].picture) for place in named]
    return {place for place, seen in zip(named, freshness.repeated(crops, contents), strict=True) if seen}


def _content(picture: Pixels) -> int:
    """A hash of pixels and size; no outsider can aim at it, since each process has a secret of its own."""
    return hash((picture.shape, picture.tobytes()))


def _facts(item: _Decoded, detection: Detection) -> PictureFacts:
    height, width = item.picture.shape[:2]
    return PictureFacts(width, height, len(item.crop.image), *detection.figures)


def _unseen(serving: Serving, crop: Crop, header: Header, reason: Reason) -> Decision:
    facts = PictureFacts(header.width, header.height, len(crop.image), *NOTHING_MEASURED)
    return _unscored(serving, crop, crop.refusal or reason, facts)


def _undecodable(serving: Serving, crop: Crop, error: PictureError) -> Decision:
    reason = Reason.INPUT_TOO_LARGE if isinstance(error, PictureTooLarge) else Reason.INPUT_UNDECODABLE
    return _unscored(serving, crop, reason, None)


def _unscored(serving: Serving, crop: Crop, reason: Reason, facts: PictureFacts | None) -> Decision:
    detection = Detection(Verdict.UNKNOWN, reason, NOTHING_MEASURED)
    threshold = serving.threshold_of(crop.camera_id).value
    timing = Timing(0.0, 0.0, 0.0, _ms(perf_counter() - crop.arrived))
    return _decision(serving, crop, detection, threshold, datetime.now(UTC), facts, timing)


def _decision(
    serving: Serving,
    crop: Crop,
    detection: Detection,
    threshold: float,
    at: datetime,
    facts: PictureFacts | None,
    timing: Timing,
) -> Decision:
    return Decision(  # by place: 21 names take a microsecond to be sorted out
        str(uuid_utils.uuid7()),
        detection.verdict,
        detection.verdict is not Verdict.NO_LEAK,
        detection.reason,
        detection.score,
        threshold,
        detection.score_ratio,
        crop.camera_id,
        crop.well_id,
        crop.cast_id,
        crop.captured_at,
        crop.received_at,
        at,
        serving.identity,
        crop.sha256,
        crop.request_id,
        detection.batch_size,
        detection.batch_index,
        facts,
        timing,
        crop.frame,
    )


def _ms(seconds: float) -> float:
    """Milliseconds to the microsecond; ``round`` takes three times as long."""
    return int(seconds * 1e6 + 0.5) / 1000
