"""Decisions as the outputs of an inference: a row each, in the order sent."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from service.contract.decision import Decision
from service.plugs.oip.tensors import BYTES, packed

BOOL = "BOOL"
FP64 = "FP64"
NOT_SCORED = "NaN"
"""JSON has no number for it, and null is no tensor's data; NumPy reads this text as NaN."""


Value = str | bool | float


class Output(NamedTuple):
    """An output: its datatype, and its value of one decision."""

    datatype: str
    value: Callable[[Decision], Value]


OUTPUTS: Final[Mapping[str, Output]] = MappingProxyType(
    {
        "verdict": Output(BYTES, lambda decision: decision.verdict.value),
        "alarm": Output(BOOL, lambda decision: decision.alarm),
        "score": Output(FP64, lambda decision: _number(decision.score)),
        "score_ratio": Output(FP64, lambda decision: _number(decision.score_ratio)),
        "reason": Output(BYTES, lambda decision: decision.reason.value),
        "decision_id": Output(BYTES, lambda decision: decision.decision_id),
        "received_at": Output(BYTES, lambda decision: rfc3339(decision.received_at)),
        "captured_at": Output(BYTES, lambda decision: rfc3339(decision.captured_at)),
        "artifact": Output(BYTES, lambda decision: decision.model.artifact),
    }
)


class InferAnswer(NamedTuple):
    """A body, of which ``json_bytes`` are JSON; None where all of it is."""

    body: bytes
    json_bytes: int | None


def answer(
    decisions: Sequence[Decision], outputs: Sequence[tuple[str, bool]], model: str, version: str, request_id: str | None
) -> InferAnswer:
    """Write decisions as outputs: of each its name, and whether it goes as bytes behind the JSON."""
    tensors: list[dict[str, Any]] = []
    behind: list[bytes] = []
    for name, binary in outputs:
        output = OUTPUTS[name]
        values = [output.value(decision) for decision in decisions]
        tensor: dict[str, Any] = {"name": name, "shape": [len(values)], "datatype": output.datatype}
        if binary:
            behind.append(tensor_bytes(output.datatype, values))
            tensor["parameters"] = {"binary_data_size": len(behind[-1])}
        else:
            tensor["data"] = [NOT_SCORED if value != value else value for value in values]  # noqa: PLR0124  # only NaN
        tensors.append(tensor)
    head: dict[str, Any] = {"model_name": model, "model_version": version, "outputs": tensors}
    text = orjson.dumps(head if request_id is None else {"id": request_id, **head})
    return InferAnswer(b"".join([text, *behind]), len(text) if behind else None)


def rfc3339(time: datetime | None) -> str:
    """A time in UTC, and an empty text for none."""
    return "" if time is None else time.isoformat().replace("+00:00", "Z")


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def tensor_bytes(datatype: str, values: Sequence[Value]) -> bytes:
    """Write the values of an output as the bytes of its tensor."""
    if datatype == BYTES:
        return packed([str(value).encode() for value in values])
    return np.array(values, np.bool_ if datatype == BOOL else "<f8").tobytes()
