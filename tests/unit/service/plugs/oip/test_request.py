"""Bodies of the protocol are taken apart, and whatever does not fit is named."""

import json
from typing import Any

import numpy as np
import pytest

from service.contract.errors import MalformedBody
from service.plugs.oip.answer import OUTPUTS
from service.plugs.oip.request import InferRequest, read_request
from service.plugs.oip.tensors import byte_strings, packed, pixels


def body(binary: bytes = b"", **members: Any) -> tuple[bytes, bytes]:  # noqa: ANN401
    """A request with one input, and the header that says how long its JSON is."""
    tensor = {"name": "image", "datatype": "BYTES", "shape": [1], "data": ["eA=="], **members.pop("tensor", {})}
    text = json.dumps({"inputs": [{name: value for name, value in tensor.items() if value is not None}], **members})
    return text.encode() + binary, str(len(text)).encode()


def read(binary: bytes = b"", **members: Any) -> InferRequest:  # noqa: ANN401
    return read_request(*body(binary, **members))


def test_json_data_may_be_flat_or_nested() -> None:
    for data in ([1, 2, 3, 4, 5, 6], [[[[1, 2, 3], [4, 5, 6]]]]):
        request = read(tensor={"datatype": "UINT8", "shape": [1, 1, 2, 3], "data": data})
        assert pixels(request.tensor).tolist() == [[[[1, 2, 3], [4, 5, 6]]]]


def test_bytes_behind_the_json_are_the_tensor() -> None:
    raw = packed([b"one", b"", b"three\0"])
    tensor = {"data": None, "shape": [3], "parameters": {"binary_data_size": len(raw)}}
    assert byte_strings(read(raw, tensor=tensor).tensor) == [b"one", b"", b"three\0"]


def test_a_header_length_of_0_means_that_the_body_is_one_picture() -> None:
    request = read_request(b"\xff\xd8 picture", b"0")
    assert byte_strings(request.tensor) == [b"\xff\xd8 picture"]
    assert [output.name for output in request.outputs] == [*OUTPUTS]


def test_outputs_come_as_asked_for_and_all_of_them_where_none_is() -> None:
    assert [output.name for output in read().outputs] == [*OUTPUTS]
    assert not any(output.binary for output in read().outputs)
    assert all(output.binary for output in read(parameters={"binary_data_output": True}).outputs)
    asked = [{"name": "reason"}, {"name": "alarm", "parameters": {"binary_data": True}}]
    assert read(outputs=asked).outputs == (("reason", False), ("alarm", True))


def test_parameters_of_request_and_input_are_joined_and_given_once() -> None:
    request = read(parameters={"camera_id": "c"}, tensor={"parameters": {"well_id": "w"}})
    assert request.parameters == {"camera_id": "c", "well_id": "w"}
    with pytest.raises(MalformedBody, match="well_id: given for the request and for its input"):
        read(parameters={"well_id": "v"}, tensor={"parameters": {"well_id": "w"}})


@pytest.mark.parametrize(
    ("binary", "members", "said"),
    [
        (b"", {"inputs": []}, "inputs: exactly one"),
        (b"", {"inputs": "image"}, "inputs: exactly one"),
        (b"", {"id": 7}, "id is expected"),
        (b"", {"captured_at": "2020-01-01T00:00:00Z"}, "captured_at: no member of the request"),
        (b"", {"tensor": {"well_id": "12a"}}, r"well_id: no member of inputs\[0\]"),
        (b"", {"outputs": [{"name": "threshold"}]}, "may be asked for once"),
        (b"", {"outputs": [{"name": "alarm"}, {"name": "alarm"}]}, "may be asked for once"),
        (b"", {"outputs": [{"name": "alarm", "parameters": {"classification": 3}}]}, "classification is not supported"),
        (b"", {"outputs": {}}, "outputs is expected to be a list"),
        (b"", {"parameters": []}, "parameters of the request"),
        (b"", {"parameters": {"binary_data_output": 1}}, "true or false"),
        (b"", {"tensor": {"name": None}}, "name and datatype"),
        (b"", {"tensor": {"shape": 1}}, "shape is expected as a list"),
        (b"", {"tensor": {"shape": [True]}}, "whole one of at least 1"),
        (b"", {"tensor": {"shape": [-1]}}, "whole one of at least 1"),
        (b"", {"tensor": {"shape": [0]}}, "whole one of at least 1"),
        (b"", {"tensor": {"data": None}}, "data is expected as a list"),
        (b"abc", {}, "3 bytes follow the JSON, and no input"),
        (b"abc", {"tensor": {"parameters": {"binary_data_size": 3}}}, "both given"),
        (b"abc", {"tensor": {"data": None, "parameters": {"binary_data_size": 4}}}, "3 bytes follow"),
        (b"abc", {"tensor": {"data": None, "parameters": {"binary_data_size": -3}}}, "3 bytes follow"),
        (b"abc", {"tensor": {"data": None, "parameters": {"binary_data_size": "3"}}}, "3 bytes follow"),
        (b"", {"tensor": {"data": None, "parameters": {"shared_memory_region": "r"}}}, "shared_memory_region"),
    ],
)
def test_what_does_not_fit_is_named(binary: bytes, members: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedBody, match=said):
        read(binary, **members)


@pytest.mark.parametrize(
    ("member", "again"),
    [
        ('"inputs": [', '"inputs": [{}], "inputs": ['),
        ('"data": [', '"data": ["TEVBSw=="], "data": ['),
        ('"data": [', '"data": ["TEVBSw=="], "d\\u0061ta": ['),
        ('"parameters": {', '"parameters": {"captured_at": "2020-01-01T00:00:00Z"}, "parameters": {'),
        ('"camera_id": "c"', '"camera_id": "frozen", "camera_id": "c"'),
    ],
)
def test_a_member_that_is_given_twice_is_refused(member: str, again: str) -> None:
    text = body(parameters={"camera_id": "c"})[0].decode()
    assert member in text
    with pytest.raises(MalformedBody, match="twice"):
        read_request(text.replace(member, again, 1).encode(), None)


def test_the_name_of_the_model_may_stand_in_the_request() -> None:
    assert read(model_name="leak-inspection").tensor.name == "image"


@pytest.mark.parametrize("length", [b"100000", b"-1", b"x", b"9" * 30, b"1.5"])
def test_a_header_length_that_is_none_or_lies_beyond_the_body_is_refused(length: bytes) -> None:
    with pytest.raises(MalformedBody, match="Inference-Header-Content-Length"):
        read_request(body()[0], length)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_request(text, None)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([1, 2], "2 elements came"),
        ([1, 2, 256], "whole numbers of 0 to 255"),
        ([1, 2, -1], "whole numbers of 0 to 255"),
        ([1, 2, 2.5], "whole numbers of 0 to 255"),
        (["1", "2", "3"], "whole numbers of 0 to 255"),
        ([True, False, True], "whole numbers of 0 to 255"),
        ([], "whole numbers of 0 to 255"),
        ([[1, 2], [3]], "differ in length"),
        ([[1], [2], [3]], "nested as"),
    ],
)
def test_numbers_that_are_no_pixels_are_refused(data: list[object], said: str) -> None:
    with pytest.raises(MalformedBody, match=said):
        pixels(read(tensor={"datatype": "UINT8", "shape": [1, 1, 1, 3], "data": data}).tensor)


@pytest.mark.parametrize("raw", [b"\x05\0\0\0abc", b"\x05\0", b"\xff\xff\xff\xff", packed([b"a", b"b"]), b""])
def test_elements_that_are_longer_more_or_fewer_than_announced_are_refused(raw: bytes) -> None:
    tensor = {"data": None, "parameters": {"binary_data_size": len(raw)}}
    with pytest.raises(MalformedBody, match=r"longer than what is left|elements came"):
        byte_strings(read(raw, tensor=tensor).tensor)


@pytest.mark.parametrize("data", [["no base64!"], [7], [None], [["eA==", "eA=="]], [[["eA=="]]]])
def test_json_data_of_bytes_that_is_no_base64_in_its_shape_is_refused(data: list[object]) -> None:
    with pytest.raises(MalformedBody):
        byte_strings(read(tensor={"data": data}).tensor)


def test_raw_pixels_need_as_many_bytes_as_their_shape() -> None:
    tensor = {"datatype": "UINT8", "data": None, "shape": [1, 1, 1, 3], "parameters": {"binary_data_size": 3}}
    assert np.array_equal(pixels(read(b"\1\2\3", tensor=tensor).tensor), [[[[1, 2, 3]]]])
    with pytest.raises(MalformedBody, match="3 elements came, the shape promises 6"):
        pixels(read(b"\1\2\3", tensor={**tensor, "shape": [2, 1, 1, 3]}).tensor)
