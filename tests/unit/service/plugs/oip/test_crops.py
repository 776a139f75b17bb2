"""Rows of a tensor become crops with their labels."""

from typing import Any

import numpy as np
import pytest
from pydantic import JsonValue

from service.contract.artifact import sha256_hex
from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.contract.picture import decode, read_header
from service.edge.request.labels import Labels
from service.plugs.oip.crops import crops_of, labels_of_rows
from service.plugs.oip.request import InferRequest
from service.plugs.oip.tensors import Tensor, packed
from tests.wells import good_well


def request(tensor: Tensor, **parameters: Any) -> InferRequest:  # noqa: ANN401
    return InferRequest(None, parameters, tensor, ())


def image_tensor(*elements: bytes) -> Tensor:
    return Tensor("image", "BYTES", (len(elements),), None, memoryview(packed(elements)))


def test_pixels_are_judged_as_they_are_and_kept_as_files_that_lose_nothing() -> None:
    pictures = np.stack([good_well(1), good_well(2)])
    tensor = Tensor("pixels", "UINT8", pictures.shape, None, memoryview(pictures.tobytes()))
    for crop, picture in zip(crops_of(request(tensor), 2, "r", 0.0), pictures, strict=True):
        assert crop.pixels is not None
        assert np.array_equal(crop.pixels, picture)
        assert np.array_equal(decode(crop.image), picture)
        assert crop.header == read_header(crop.image)
        assert crop.sha256 == sha256_hex(crop.image)


def test_one_value_counts_for_every_row_and_several_for_a_row_each() -> None:
    parameters = {"camera_id": "c", "well_id": "1a,2a,", "captured_at": "2026-05-04T10:11:12Z", "timeout": 5}
    crops = crops_of(request(image_tensor(b"x", b"y", b"z"), **parameters), 3, "r", 0.0)
    assert [(crop.camera_id, crop.well_id, crop.request_id) for crop in crops] == [
        ("c", "1a", "r"),
        ("c", "2a", "r"),
        ("c", None, "r"),
    ]
    assert len({crop.captured_at for crop in crops}) == 1
    assert [labels.cast_id for labels in labels_of_rows({"cast_id": ["k", "l"]}, 2)] == ["k", "l"]


def test_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MalformedBody, match="well_id: 2 values for 3 pictures"):
        labels_of_rows({"well_id": "1a,2a"}, 3)
    with pytest.raises(MalformedField, match="camera: unknown field"):
        labels_of_rows({"camera": "c"}, 1)
    with pytest.raises(MalformedField, match="camera_id"):
        labels_of_rows({"camera_id": 7}, 1)


@pytest.mark.parametrize("nothing", [0, False, {}, []])
def test_no_value_of_a_row_is_taken_for_none_but_an_empty_text(nothing: JsonValue) -> None:
    with pytest.raises(MalformedField, match="captured_at"):
        labels_of_rows({"captured_at": [nothing, "2026-05-04T10:11:12Z"]}, 2)


def test_labels_of_the_query_count_for_every_row_and_are_given_once() -> None:
    tensor, query = image_tensor(b"x", b"y"), Labels(camera_id="c")
    crops = crops_of(request(tensor, well_id="1a,2a"), 2, "r", 0.0, query)
    assert [(crop.camera_id, crop.well_id) for crop in crops] == [("c", "1a"), ("c", "2a")]
    with pytest.raises(MalformedField, match="camera_id: given in the query and"):
        crops_of(request(tensor, camera_id="d"), 2, "r", 0.0, query)


@pytest.mark.parametrize(
    ("name", "datatype", "shape", "said"),
    [
        ("other", "BYTES", (1,), "unknown input"),
        ("image", "UINT8", (1,), "the datatype is BYTES"),
        ("pixels", "INT8", (1, 1, 1, 3), "the datatype is UINT8"),
        ("image", "BYTES", (1, 2), r"shape \[N\]"),
        ("pixels", "UINT8", (1, 1, 3), "shape"),
        ("pixels", "UINT8", (1, 1, 1, 4), "shape"),
    ],
)
def test_tensors_of_another_name_type_or_shape_are_refused(
    name: str, datatype: str, shape: tuple[int, ...], said: str
) -> None:
    with pytest.raises(MalformedBody, match=said):
        crops_of(request(Tensor(name, datatype, shape, None, memoryview(b""))), 9, "r", 0.0)


def test_more_rows_than_a_batch_may_have_are_refused_before_their_bytes_are_read() -> None:
    with pytest.raises(BodyTooLarge, match="3 pictures, more than the 2 allowed"):
        crops_of(request(Tensor("image", "BYTES", (3,), None, memoryview(b"damaged"))), 2, "r", 0.0)
