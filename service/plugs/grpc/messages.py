"""Between messages of the protocol and what the plug for HTTP understands: the same checks, the same words."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from pydantic import JsonValue

from service.contract.decision import Decision
from service.contract.errors import MalformedBody
from service.plugs.grpc.protocol import message_classes
from service.plugs.oip.answer import OUTPUTS, tensor_bytes
from service.plugs.oip.request import SIZE, InferRequest, request_of
from service.plugs.oip.tensors import BYTES, LARGEST_BYTE, UINT8, packed

Message: TypeAlias = Any
"""Of a class that protobuf makes at run time."""

MESSAGES: Final = message_classes()
CONTENTS: Final = {BYTES: "bytes_contents", UINT8: "uint_contents"}
"""The field of ``contents`` in which a datatype goes."""


def parsed_as(name: str, body: bytes) -> Message:
    """Read the message of that name.

    Raises:
        MalformedBody: the bytes are no such message.
    """
    try:
        return MESSAGES[name].FromString(body)
    except Exception as error:  # protobuf's own DecodeError, or one for text that is no UTF-8
        raise MalformedBody(f"the message is no {name}: make it with the stubs of the protocol") from error


def infer_request(message: Message) -> InferRequest:
    """Take a ``ModelInferRequest`` apart; every tensor is bytes from then on.

    Raises:
        MalformedBody: says what does not fit.
    """
    tensors = message.inputs
    if message.raw_input_contents and len(message.raw_input_contents) != len(tensors):
        raise MalformedBody(f"raw_input_contents: {len(message.raw_input_contents)} for {len(tensors)} inputs")
    raws = [_raw_of(message, place) for place in range(len(tensors))]
    inputs: list[JsonValue] = [
        {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": [*tensor.shape],
            "parameters": {**_parameters(tensor), SIZE: len(raw)},
        }
        for tensor, raw in zip(tensors, raws, strict=True)
    ]
    outputs: list[JsonValue] = [{"name": each.name, "parameters": _parameters(each)} for each in message.outputs]
    document: JsonValue = {"parameters": _parameters(message), "inputs": inputs, "outputs": outputs}
    return request_of(document, memoryview(b"".join(raws) if len(raws) != 1 else raws[0]))


def infer_response(
    decisions: Sequence[Decision], request: InferRequest, model: str, version: str, request_id: str
) -> Message:
    """Write decisions as a ``ModelInferResponse``, every tensor in ``raw_output_contents``: clients read no other."""
    outputs = [(name, OUTPUTS[name]) for name, _ in request.outputs]
    return MESSAGES["ModelInferResponse"](
        model_name=model,
        model_version=version,
        id=request_id,
        outputs=[{"name": name, "datatype": output.datatype, "shape": [len(decisions)]} for name, output in outputs],
        raw_output_contents=[
            tensor_bytes(output.datatype, [output.value(decision) for decision in decisions]) for _, output in outputs
        ],
    )


def _raw_of(message: Message, place: int) -> bytes:
    tensor = message.inputs[place]
    given = [(field.name, values) for field, values in tensor.contents.ListFields()]
    if message.raw_input_contents:
        if given:
            raise MalformedBody(
                f"{tensor.name:.80}: contents and raw_input_contents are both given: send the tensor once"
            )
        raw: bytes = message.raw_input_contents[place]
        return raw
    if [name for name, _ in given] != [CONTENTS.get(tensor.datatype)]:
        field = CONTENTS.get(tensor.datatype, "no field of contents")
        raise MalformedBody(f"{tensor.name:.80}: {tensor.datatype:.20} goes in raw_input_contents, or in {field} alone")
    values = given[0][1]
    if tensor.datatype == BYTES:
        return packed(values)
    numbers = np.fromiter(values, np.uint32, len(values))
    if numbers.max() > LARGEST_BYTE:
        raise MalformedBody(f"{tensor.name:.80}: UINT8 is expected as whole numbers of 0 to {LARGEST_BYTE}")
    return numbers.astype(np.uint8).tobytes()


def _parameters(owner: Message) -> dict[str, JsonValue]:
    return {name: _value(name, parameter) for name, parameter in owner.parameters.items()}


def _value(name: str, parameter: Message) -> JsonValue:
    choice = parameter.WhichOneof("parameter_choice")
    if choice is None:
        raise MalformedBody(f"{name:.80}: a parameter without a value: set one of bool, int64 and string")
    value: JsonValue = getattr(parameter, choice)
    return value
