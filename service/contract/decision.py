"""The decision: what was judged, how, by which artefact, and the verdict."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Verdict(StrEnum):
    """What is said of a well."""

    NO_LEAK = "no_leak"
    LEAK = "leak"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a verdict was given: a closed list."""

    SCORE_BELOW_THRESHOLD = "score_below_threshold"
    SCORE_AT_OR_ABOVE_THRESHOLD = "score_at_or_above_threshold"
    SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_DARK = "score_at_or_above_threshold_input_dark"
    SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_LOW_CONTRAST = "score_at_or_above_threshold_input_low_contrast"
    SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_BLURRED = "score_at_or_above_threshold_input_blurred"
    SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_STEAMED = "score_at_or_above_threshold_input_steamed"
    SCORE_AT_OR_ABOVE_THRESHOLD_COVERED = "score_at_or_above_threshold_covered"
    GREY_ZONE = "grey_zone"
    SCORE_NOT_FINITE = "score_not_finite"
    SCORE_NEGATIVE = "score_negative"
    INPUT_UNDECODABLE = "input_undecodable"
    INPUT_TOO_LARGE = "input_too_large"
    INPUT_SIZE = "input_size"
    INPUT_BLACK = "input_black"
    INPUT_WHITE = "input_white"
    INPUT_FLAT = "input_flat"
    INPUT_DARK = "input_dark"
    INPUT_BRIGHT = "input_bright"
    INPUT_COLOUR = "input_colour"
    INPUT_LOW_CONTRAST = "input_low_contrast"
    INPUT_BLURRED = "input_blurred"
    INPUT_NOISY = "input_noisy"
    INPUT_STEAMED = "input_steamed"
    INPUT_INCOMPLETE = "input_incomplete"
    INPUT_UPSIDE_DOWN = "input_upside_down"
    INPUT_UNLIKE_WELL = "input_unlike_well"
    FROZEN = "frozen"
    STALE = "stale"
    FUTURE = "future"
    MISALIGNED = "misaligned"
    COVERED = "covered"


NOT_OF_THE_PICTURE: Final = frozenset({Reason.FROZEN, Reason.STALE, Reason.FUTURE, Reason.MISALIGNED})
"""Reasons that say nothing of what the picture shows: every artefact would give them."""

LEAK_DESPITE: Final[Mapping[Reason, Reason]] = MappingProxyType(
    {
        Reason.INPUT_DARK: Reason.SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_DARK,
        Reason.INPUT_LOW_CONTRAST: Reason.SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_LOW_CONTRAST,
        Reason.INPUT_BLURRED: Reason.SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_BLURRED,
        Reason.INPUT_STEAMED: Reason.SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_STEAMED,
        Reason.COVERED: Reason.SCORE_AT_OR_ABOVE_THRESHOLD_COVERED,
    }
)
"""Doubts that may hide a leak but cannot make one out of a good well, and the reason of a leak found despite them."""


class Judgement(NamedTuple):
    """A verdict and its reason."""

    verdict: Verdict
    reason: Reason


GOOD: Final = Judgement(Verdict.NO_LEAK, Reason.SCORE_BELOW_THRESHOLD)


def decide(
    score: float, threshold: float, grey_zone_from: float | None = None, doubt: Reason | None = None
) -> Judgement:
    """Turn an anomaly score into a verdict: at exactly the threshold it is a leak.

    Args:
        score: anomaly score, 0 or more; anything not finite or below 0 gives ``unknown``, since no error is negative.
        threshold: scores from here on are leaks.
        grey_zone_from: scores from here up to the threshold are ``unknown``; None switches the grey zone off.
        doubt: one of ``LEAK_DESPITE``, under which a score below the threshold proves nothing.

    >>> decide(2.0, 2.0).verdict.value
    'leak'
    >>> decide(1.9, 2.0, grey_zone_from=1.5).reason.value
    'grey_zone'
    >>> decide(float("nan"), 2.0).verdict.value
    'unknown'
    >>> decide(2.0, 2.0, doubt=Reason.INPUT_BLURRED).reason.value
    'score_at_or_above_threshold_input_blurred'
    >>> decide(0.1, 2.0, doubt=Reason.INPUT_BLURRED).verdict.value
    'unknown'
    """
    if not math.isfinite(score) or not math.isfinite(threshold):
        return Judgement(Verdict.UNKNOWN, Reason.SCORE_NOT_FINITE)
    if score < 0:
        return Judgement(Verdict.UNKNOWN, Reason.SCORE_NEGATIVE)
    if score >= threshold:
        return Judgement(Verdict.LEAK, LEAK_DESPITE[doubt] if doubt else Reason.SCORE_AT_OR_ABOVE_THRESHOLD)
    if doubt is not None:
        return Judgement(Verdict.UNKNOWN, doubt)
    if grey_zone_from is not None and score >= grey_zone_from:
        return Judgement(Verdict.UNKNOWN, Reason.GREY_ZONE)
    return GOOD


@dataclass(frozen=True)
class ServedModel:
    """Identity of the artefact that judged, and the software around it."""

    name: str
    artifact: str
    artifact_sha256: str
    software_version: str


@dataclass
class PictureFacts:
    """What was measured of the picture as sent: pixels, bytes, and three figures of the gate, 0..255."""

    width: int
    height: int
    size_bytes: int
    brightness: float
    contrast: float
    sharpness: float


@dataclass
class FrameFacts:
    """The frame a crop was cut from: its sha256, and how it lies against the reference of its camera's layout.

    ``proof`` is the share of the table's features that were found again, 0..1, ``residual_px`` how far they are from
    where the move puts them; all figures are null where a frame was not measured, since it has another size.
    """

    sha256: str
    shift_px: float | None = None
    turn_degrees: float | None = None
    residual_px: float | None = None
    proof: float | None = None


@dataclass
class Timing:
    """Milliseconds spent in each stage, and from the arrival of the request's last byte to the verdict."""

    decode: float
    gate: float
    score: float
    total: float


@dataclass  # without slots, like its parts: orjson writes what has a __dict__ three times as fast
class Decision:
    """One verdict, as answered and as stored; created by the inspector and never changed afterwards.

    ``score`` and ``score_ratio`` (score / threshold) are null where no score was computed; ``picture`` is null where
    nothing could be decoded. ``batch_size`` and ``batch_index`` say in which company the picture was scored: with them
    a replay gives the same score to the last bit. ``frame`` is null where the crop was sent as one. A crop of a frame
    is kept as a PNG without compression, of which ``image_sha256`` is the checksum; where nothing was cut it is that of
    the frame.
    """

    decision_id: str
    verdict: Verdict
    alarm: bool
    reason: Reason
    score: float | None
    threshold: float
    score_ratio: float | None
    camera_id: str | None
    well_id: str | None
    cast_id: str | None
    captured_at: datetime | None
    received_at: datetime
    answered_at: datetime
    model: ServedModel
    image_sha256: str
    request_id: str
    batch_size: int
    batch_index: int
    picture: PictureFacts | None
    timing_ms: Timing
    frame: FrameFacts | None = None
