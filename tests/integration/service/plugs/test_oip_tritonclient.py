"""Triton's own clients, sync and asyncio, work with the service unchanged."""

from collections.abc import Iterator

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

from tests.pictures import encoded, jpeg
from tests.served_service import served
from tests.wells import good_well, leaking_well

MODEL = "small"
CAPTURED_AT = "2026-05-04T10:11:12.123Z"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a service that speaks the protocol."""
    with served(tmp_path_factory.mktemp("oip"), oip={"enabled": True}, stale_after_s=86_400) as where:
        yield where


@pytest.fixture
def client(address: str) -> Iterator[triton.InferenceServerClient]:
    """A client with one connection."""
    with triton.InferenceServerClient(address) as connected:
        yield connected


def images(*pictures: bytes, binary: bool = True) -> triton.InferInput:
    tensor = triton.InferInput("image", [len(pictures)], "BYTES")
    tensor.set_data_from_numpy(np.array(pictures, dtype=np.object_), binary_data=binary)
    return tensor


def texts(answer: triton.InferResult, output: str) -> list[str]:
    return [value.decode() for value in answer.as_numpy(output)]


def test_the_client_finds_server_and_model_alive_ready_and_described(client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(MODEL)
    assert client.is_model_ready("leak-inspection")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    metadata = client.get_model_metadata(MODEL)
    assert metadata["versions"][0].startswith("small-")
    assert client.is_model_ready(MODEL, metadata["versions"][0])
    assert [(tensor["name"], tensor["datatype"]) for tensor in metadata["inputs"]] == [
        ("image", "BYTES"),
        ("pixels", "UINT8"),
    ]


def test_encoded_pictures_are_judged_row_by_row_in_the_binary_form_of_the_client(
    client: triton.InferenceServerClient,
) -> None:
    contents = [jpeg(good_well(1)), b"not a picture", jpeg(leaking_well(2))]
    parameters = {"camera_id": "cam-1", "well_id": "1a,2a,3a", "cast_id": "cast-7"}
    answer = client.infer(MODEL, [images(*contents)], request_id="r-1", parameters=parameters)
    assert texts(answer, "verdict") == ["no_leak", "unknown", "leak"]
    assert answer.as_numpy("alarm").tolist() == [False, True, True]
    assert answer.as_numpy("score").dtype == np.float64
    assert np.isnan(answer.as_numpy("score")).tolist() == [False, True, False]
    ratios = answer.as_numpy("score_ratio")
    assert ratios[0] < 1 <= ratios[2]
    assert texts(answer, "reason")[1] == "input_undecodable"
    assert len(set(texts(answer, "decision_id"))) == 3
    assert texts(answer, "captured_at") == ["", "", ""]
    assert answer.get_response()["id"] == "r-1"
    assert texts(answer, "artifact") == [answer.get_response()["model_version"]] * 3


def test_raw_pixels_get_the_scores_of_the_same_picture_as_a_file(client: triton.InferenceServerClient) -> None:
    pictures = np.stack([good_well(3), leaking_well(4)])
    tensor = triton.InferInput("pixels", list(pictures.shape), "UINT8")
    tensor.set_data_from_numpy(pictures)
    wanted = [triton.InferRequestedOutput("score"), triton.InferRequestedOutput("verdict", binary_data=False)]
    answer = client.infer(MODEL, [tensor], outputs=wanted)
    assert answer.as_numpy("verdict").tolist() == ["no_leak", "leak"]
    assert answer.as_numpy("reason") is None
    files = client.infer(MODEL, [images(*(encoded(picture[..., ::-1]) for picture in pictures))])
    assert answer.as_numpy("score").tolist() == files.as_numpy("score").tolist()


def test_pixels_and_outputs_as_json_say_the_same(client: triton.InferenceServerClient) -> None:
    tensor = triton.InferInput("pixels", [1, *good_well(5).shape], "UINT8")
    tensor.set_data_from_numpy(good_well(5)[None], binary_data=False)
    wanted = [triton.InferRequestedOutput(name, binary_data=False) for name in ("score", "alarm", "captured_at")]
    answer = client.infer(MODEL, [tensor], outputs=wanted, parameters={"captured_at": CAPTURED_AT})
    assert answer.as_numpy("captured_at").tolist() == ["2026-05-04T10:11:12.123000Z"]
    assert answer.as_numpy("alarm").dtype == np.bool_


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
def test_packed_requests_are_unpacked(client: triton.InferenceServerClient, packed: str) -> None:
    answer = client.infer(MODEL, [images(jpeg(good_well(1)))], request_compression_algorithm=packed)
    assert texts(answer, "verdict") == ["no_leak"]


def test_the_client_reads_why_a_request_is_refused(client: triton.InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException, match="model other is not served"):
        client.infer("other", [images(b"x")])
    with pytest.raises(InferenceServerException, match="camera: unknown field"):
        client.infer(MODEL, [images(b"x")], parameters={"camera": "cam-1"})
    wrong = triton.InferInput("pixels", [1, 2, 2, 4], "UINT8")
    wrong.set_data_from_numpy(np.zeros((1, 2, 2, 4), np.uint8))
    with pytest.raises(InferenceServerException, match=r"\[400\] pixels: shape \[N, height, width, 3\]"):
        client.infer(MODEL, [wrong])


async def test_the_asyncio_client_works_too(address: str) -> None:
    async with triton_aio.InferenceServerClient(address) as client:
        assert await client.is_model_ready(MODEL)
        answer = await client.infer(MODEL, [images(jpeg(leaking_well(2)))])
        assert texts(answer, "verdict") == ["leak"]
        with pytest.raises(InferenceServerException, match="is not served"):
            await client.infer(MODEL, [images(b"x")], model_version="another")
