"""Decisions as the inspector makes them, for tests of whatever keeps or shows them."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from service.contract.decision import Decision, PictureFacts, Reason, ServedModel, Timing, Verdict

START = datetime(2026, 5, 4, 10, 11, 12, 123456, tzinfo=UTC)
MODEL = ServedModel("conv_ae", "conv_ae-0123abcd", "ab" * 32, "0.1.0")
REASONS = {
    Verdict.NO_LEAK: Reason.SCORE_BELOW_THRESHOLD,
    Verdict.LEAK: Reason.SCORE_AT_OR_ABOVE_THRESHOLD,
    Verdict.UNKNOWN: Reason.INPUT_BLURRED,
}

_numbers = itertools.count(1)


def a_decision(verdict: Verdict = Verdict.NO_LEAK, number: int | None = None, **changes: Any) -> Decision:  # noqa: ANN401
    """Make a decision that differs from every other; ``number`` fixes its times and its picture."""
    number = next(_numbers) if number is None else number
    time = START + timedelta(milliseconds=number)
    score = {Verdict.NO_LEAK: 0.01, Verdict.LEAK: 0.09, Verdict.UNKNOWN: None}[verdict]
    fields: dict[str, Any] = {
        "decision_id": f"decision-{number:08}-{next(_numbers)}",
        "verdict": verdict,
        "alarm": verdict is not Verdict.NO_LEAK,
        "reason": REASONS[verdict],
        "score": score,
        "threshold": 0.042,
        "score_ratio": None if score is None else score / 0.042,
        "camera_id": "cam-1",
        "well_id": "12a",
        "cast_id": "C-2231",
        "captured_at": time - timedelta(milliseconds=50),
        "received_at": time,
        "answered_at": time + timedelta(milliseconds=1),
        "model": MODEL,
        "image_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "request_id": "0af7651916cd43dd8448eb211c80319c",
        "batch_size": 1,
        "batch_index": 0,
        "picture": PictureFacts(48, 27, 1100, 123.4, 12.3, 45.6),
        "timing_ms": Timing(0.046, 0.02, 0.055, 0.2),
    }
    return Decision(**{**fields, **changes})
