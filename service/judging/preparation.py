"""From bytes to what the scorer takes: decode, gate, resize."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from service.contract.decision import PictureFacts, Reason
from service.contract.errors import PictureError, PictureTooLarge
from service.contract.gate.gate import Gate, GateJudgement
from service.contract.picture import Pixels, decode, to_pixels
from service.judging.serving import Serving
from service.judging.shot import Shot


@dataclass(slots=True)
class Prepared:
    """A shot on its way to the scorer: with ``pixels``, or with the ``reason`` why it cannot be judged."""

    pixels: Pixels | None
    reason: Reason | None
    facts: PictureFacts | None
    decode_s: float
    gate_s: float


class _Decoded(NamedTuple):
    picture: Pixels
    decode_s: float


def prepare(serving: Serving, shots: Sequence[Shot], max_pixels: int) -> list[Prepared | PictureError]:
    """Prepare pictures in their order, the gate judging them together; what cannot be decoded gets its error."""
    decoded = [_decoded(shot, max_pixels) for shot in shots]
    whole = {place: item for place, item in enumerate(decoded) if isinstance(item, _Decoded)}
    gated = _gated(serving, shots, whole)
    return [
        item if isinstance(item, PictureError) else _prepared(serving, shots[place], item, *gated[place])
        for place, item in enumerate(decoded)
    ]


def refused(error: PictureError) -> Prepared:
    """Turn a picture that cannot be decoded into one that cannot be judged, for a batch, which never fails as such."""
    too_large = isinstance(error, PictureTooLarge)
    return Prepared(None, Reason.INPUT_TOO_LARGE if too_large else Reason.INPUT_UNDECODABLE, None, 0.0, 0.0)


def _decoded(shot: Shot, max_pixels: int) -> _Decoded | PictureError:
    started = perf_counter()
    try:
        return _Decoded(decode(shot.image, max_pixels), perf_counter() - started)
    except PictureError as error:
        return error


def _gated(
    serving: Serving, shots: Sequence[Shot], decoded: Mapping[int, _Decoded]
) -> dict[int, tuple[GateJudgement, float]]:
    """Judge what was decoded, by place; the time of pictures that are judged together is shared among them."""
    by_gate: dict[Gate, list[int]] = {}
    for place in decoded:
        by_gate.setdefault(serving.gates.of(shots[place].camera_id), []).append(place)
    gated: dict[int, tuple[GateJudgement, float]] = {}
    for gate, places in by_gate.items():
        started = perf_counter()
        judged = gate.judge_all([decoded[place].picture for place in places])
        gate_s = (perf_counter() - started) / len(places)
        gated |= zip(places, [(judgement, gate_s) for judgement in judged], strict=True)
    return gated


def _prepared(serving: Serving, shot: Shot, decoded: _Decoded, judgement: GateJudgement, gate_s: float) -> Prepared:
    picture, (figures, unusable) = decoded.picture, judgement
    height, width = picture.shape[:2]
    facts = PictureFacts(width, height, len(shot.image), figures.brightness, figures.contrast, figures.sharpness)
    reason = shot.refusal or unusable
    pixels = to_pixels(picture, serving.artifact.manifest.input) if reason is None else None
    return Prepared(pixels, reason, facts, decoded.decode_s, gate_s)
