"""Messages are taken apart into what the plug for HTTP understands, and whatever does not fit is named."""

from typing import Any

import numpy as np
import pytest

from service.contract.errors import MalformedBody
from service.plugs.grpc.messages import MESSAGES, infer_request, infer_response, parsed_as
from service.plugs.oip.answer import OUTPUTS
from service.plugs.oip.tensors import byte_strings, packed, pixels
from tests.decisions import a_decision

IMAGE = {"name": "image", "datatype": "BYTES", "shape": [2]}
PIXELS = {"name": "pixels", "datatype": "UINT8", "shape": [1, 1, 1, 3]}
RAW = packed([b"one", b"two\0"])


def message(tensor: dict[str, Any] | None = None, **members: Any) -> Any:  # noqa: ANN401
    inputs = members.pop("inputs", [IMAGE if tensor is None else tensor])
    return MESSAGES["ModelInferRequest"](model_name="small", inputs=inputs, **members)


def test_raw_contents_and_contents_say_the_same() -> None:
    for given in (
        message(raw_input_contents=[RAW]),
        message({**IMAGE, "contents": {"bytes_contents": [b"one", b"two\0"]}}),
    ):
        assert byte_strings(infer_request(given).tensor) == [b"one", b"two\0"]
    for given in (
        message(PIXELS, raw_input_contents=[bytes((1, 2, 255))]),
        message({**PIXELS, "contents": {"uint_contents": [1, 2, 255]}}),
    ):
        assert pixels(infer_request(given).tensor).tolist() == [[[[1, 2, 255]]]]


def test_parameters_of_every_kind_arrive_and_those_of_the_input_count_too() -> None:
    tensor = {**IMAGE, "parameters": {"well_id": {"string_param": "1,2"}}}
    parameters = {"camera_id": {"string_param": "c"}, "timeout": {"int64_param": 5}, "priority": {"uint64_param": 1}}
    request = infer_request(message(tensor, raw_input_contents=[RAW], parameters=parameters))
    assert request.parameters == {"camera_id": "c", "timeout": 5, "priority": 1, "well_id": "1,2"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (message(inputs=[]), "inputs: exactly one"),
        (message(inputs=[IMAGE, IMAGE], raw_input_contents=[RAW, RAW]), "inputs: exactly one"),
        (message(raw_input_contents=[RAW, RAW]), "raw_input_contents: 2 for 1 inputs"),
        (
            message({**IMAGE, "contents": {"bytes_contents": [b"one"]}}, raw_input_contents=[RAW]),
            "contents and raw_input_contents are both given",
        ),
        (message(), "BYTES goes in raw_input_contents, or in bytes_contents alone"),
        (message({**IMAGE, "contents": {"int_contents": [1]}}), "or in bytes_contents alone"),
        (message({**PIXELS, "contents": {"uint_contents": [1], "int_contents": [1]}}), "or in uint_contents alone"),
        (message({**PIXELS, "contents": {"uint_contents": [1, 2, 256]}}), "whole numbers of 0 to 255"),
        (message({**IMAGE, "datatype": "FP32", "contents": {"fp32_contents": [1.0]}}), "no field of contents"),
        (message({**IMAGE, "shape": [0]}, raw_input_contents=[RAW]), "each number of the shape"),
        (message(raw_input_contents=[RAW], parameters={"camera_id": {}}), "camera_id: a parameter without a value"),
        (message(raw_input_contents=[RAW], outputs=[{"name": "heat"}]), r"outputs\[0\]: each of verdict"),
        (
            message(raw_input_contents=[RAW], parameters={"shared_memory_region": {"string_param": "x"}}),
            "shared_memory_region is not supported",
        ),
    ],
)
def test_what_does_not_fit_is_named(given: Any, said: str) -> None:  # noqa: ANN401
    with pytest.raises(MalformedBody, match=said):
        infer_request(given)


def test_bytes_that_are_no_message_are_refused() -> None:
    with pytest.raises(MalformedBody, match="no ModelInferRequest"):
        parsed_as("ModelInferRequest", b"\xff\xff")


def test_every_output_stands_in_the_raw_contents() -> None:
    request = infer_request(message(raw_input_contents=[RAW]))
    one = a_decision()
    answer = infer_response([one, one], request, "small", "small-1", "r-1")
    assert [output.name for output in answer.outputs] == [*OUTPUTS]
    assert len(answer.raw_output_contents) == len(OUTPUTS)
    assert all(list(output.shape) == [2] and not output.HasField("contents") for output in answer.outputs)
    scores = dict(zip(OUTPUTS, answer.raw_output_contents, strict=True))["score"]
    assert np.frombuffer(scores, "<f8").tolist() == [one.score] * 2
