"""One crop over HTTP: what is served, and how bad input is answered."""

import base64
import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import bomb, encoded, jpeg
from tests.wells import good_well, leaking_well

ANSWER_FIELDS = {
    "decision_id", "verdict", "alarm", "reason", "score", "threshold", "score_ratio", "camera_id", "well_id", "cast_id",
    "captured_at", "received_at", "model", "image_sha256", "timing_ms",
}  # fmt: skip


async def test_a_good_well_gets_no_leak_with_every_promised_field(serve: Serve) -> None:
    async with serve() as client:
        response = await client.post(
            "/v1/inspect?camera_id=cam-1&well_id=12a&cast_id=C-7&captured_at=2026-05-04T12:11:12.5%2B02:00",
            content=jpeg(good_well(3)),
            headers={"content-type": "image/jpeg", "x-request-id": "abc"},
        )
    answer = response.json()
    assert answer.keys() >= ANSWER_FIELDS
    assert (answer["camera_id"], answer["well_id"], answer["cast_id"]) == ("cam-1", "12a", "C-7")
    assert answer["captured_at"] == "2026-05-04T10:11:12.500000Z"
    assert response.headers["x-request-id"] == answer["request_id"] == "abc"


async def test_verdicts_follow_the_picture(serve: Serve) -> None:
    async with serve() as client:
        good = (await client.post("/v1/inspect", content=jpeg(good_well(3)))).json()
        leak = (await client.post("/v1/inspect", files={"file": jpeg(leaking_well(3))})).json()
    assert (good["verdict"], good["alarm"], good["reason"]) == ("no_leak", False, "score_below_threshold")
    assert (leak["verdict"], leak["alarm"], leak["reason"]) == ("leak", True, "score_at_or_above_threshold")
    assert leak["score_ratio"] == pytest.approx(leak["score"] / leak["threshold"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty body"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"<!doctype html><html></html>", id="html"),
        pytest.param(np.random.default_rng(1).bytes(5000), id="random bytes"),
        pytest.param(jpeg(good_well(1))[:-200], id="truncated jpeg"),
        pytest.param(encoded(good_well(1))[:-20], id="truncated png"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\xff\xd9", id="jpeg without a frame"),
        pytest.param(encoded(good_well(1), ".bmp"), id="bmp"),
        pytest.param(encoded(good_well(1), ".tiff"), id="tiff"),
        pytest.param(encoded(good_well(1), ".webp"), id="webp"),
        pytest.param(b"GIF89a" + bytes(100), id="gif"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', id="svg"),
    ],
)
async def test_what_is_not_a_whole_jpeg_or_png_gets_415(serve: Serve, body: bytes) -> None:
    async with serve() as client:
        problem = assert_problem(await client.post("/v1/inspect", content=body), 415)
    assert "send" in str(problem["detail"])


async def test_content_decides_and_not_the_header(serve: Serve) -> None:
    async with serve() as client:
        for claimed in ("image/png", "text/plain", "application/json"):
            response = await client.post("/v1/inspect", content=jpeg(good_well(1)), headers={"content-type": claimed})
            assert response.json()["verdict"] == "no_leak"


async def test_too_many_bytes_get_413_with_and_without_content_length(serve: Serve) -> None:
    async def endless() -> object:
        for _ in range(1000):
            yield b"x" * 1000
        pytest.fail("the service read far beyond its limit")

    async with serve(max_body_bytes=2048, max_batch_bytes=4096) as client:
        assert_problem(await client.post("/v1/inspect", content=b"x" * 2049), 413)
        assert_problem(await client.post("/v1/inspect/batch", content=b"x" * 5000), 413)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (1_000_000, 1000)])
async def test_a_decompression_bomb_gets_413_before_any_pixel(serve: Serve, width: int, height: int) -> None:
    async with serve() as client:
        assert_problem(await client.post("/v1/inspect", content=bomb(width, height)), 413)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(cv2.cvtColor(good_well(1), cv2.COLOR_RGB2GRAY), id="grey"),
        pytest.param(good_well(1).astype(np.uint16) * 257, id="16 bit"),
        pytest.param(cv2.cvtColor(good_well(1), cv2.COLOR_RGB2BGRA), id="alpha"),
    ],
)
async def test_unusual_formats_are_converted_and_judged(serve: Serve, picture: np.ndarray) -> None:
    async with serve() as client:
        response = await client.post("/v1/inspect", content=encoded(picture))
    assert response.status_code == 200
    assert response.json()["picture"]["width"] == 48


async def test_16_bits_score_as_8_bits_do(serve: Serve) -> None:
    picture = cv2.cvtColor(good_well(1), cv2.COLOR_RGB2BGR)
    async with serve() as client:
        narrow = (await client.post("/v1/inspect", content=encoded(picture))).json()
        wide = (await client.post("/v1/inspect", content=encoded(picture.astype(np.uint16) * 257))).json()
    assert wide["score"] == pytest.approx(narrow["score"], rel=1e-3)


async def test_a_picture_of_one_pixel_is_unknown_and_harms_nobody(serve: Serve) -> None:
    async with serve() as client:
        tiny = (await client.post("/v1/inspect", content=encoded(np.zeros((1, 1, 3), np.uint8)))).json()
        after = (await client.post("/v1/inspect", content=jpeg(good_well(1)))).json()
    assert (tiny["verdict"], tiny["alarm"], tiny["reason"], tiny["score"]) == ("unknown", True, "input_size", None)
    assert after["verdict"] == "no_leak"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("camera_id=a%20b", "camera_id"),
        ("camera_id=", "camera_id"),
        (f"well_id={'x' * 65}", "well_id"),
        ("cast_id=%3Cscript%3E", "cast_id"),
        ("captured_at=yesterday", "captured_at"),
        ("captured_at=2026-05-04T10:11:12", "captured_at"),
        ("captured_at=2026-13-04T10:11:12Z", "captured_at"),
        ("captured_at=0001-01-01T00:00:00%2B23:59", "captured_at"),
        ("camera=1", "camera"),
    ],
)
async def test_a_malformed_label_gets_422_and_is_named(serve: Serve, query: str, field: str) -> None:
    async with serve() as client:
        problem = assert_problem(await client.post(f"/v1/inspect?{query}", content=jpeg(good_well(1))), 422)
    assert str(problem["detail"]).startswith(field)


async def test_a_large_picture_is_judged_too(serve: Serve) -> None:
    large = cv2.resize(good_well(1), (2400, 1350))
    async with serve() as client:
        response = await client.post("/v1/inspect", content=jpeg(large))
    assert response.json()["verdict"] == "no_leak"


async def test_wrong_methods_and_unknown_paths_are_problems(serve: Serve) -> None:
    async with serve() as client:
        assert_problem(await client.get("/v1/inspect"), 405)
        assert_problem(await client.get("/v1/nothing"), 404)


async def test_a_damaged_body_is_told_by_its_digest(serve: Serve) -> None:
    body = jpeg(good_well(1))
    good = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    async with serve() as client:
        assert (await client.post("/v1/inspect", content=body, headers={"content-digest": good})).status_code == 200
        flipped = body[:400] + bytes([body[400] ^ 1]) + body[401:]
        assert_problem(await client.post("/v1/inspect", content=flipped, headers={"content-digest": good}), 400)


async def test_a_deadline_that_has_passed_gets_504_and_a_senseless_one_422(serve: Serve) -> None:
    async with serve(deadline_s=1e-9) as client:
        assert_problem(await client.post("/v1/inspect", content=jpeg(good_well(1))), 504)
        response = await client.post("/v1/inspect", content=jpeg(good_well(1)), headers={"x-deadline-ms": "5000"})
        assert response.status_code == 200
        refused = await client.post("/v1/inspect", content=jpeg(good_well(1)), headers={"x-deadline-ms": "-3"})
        assert_problem(refused, 422)


async def test_the_service_without_an_artefact_is_alive_but_not_ready(serve: Serve, tmp_path: Path) -> None:
    async with serve(artifacts=tmp_path / "none") as client:
        assert (await client.get("/health/live")).json() == {"live": True}
        ready = assert_problem(await client.get("/health/ready"), 503)
        refused = await client.post("/v1/inspect", content=jpeg(good_well(1)))
        assert_problem(refused, 503)
    assert "active.json" in str(ready["checks"])
    assert refused.headers["retry-after"] == "1"


async def test_labels_may_stand_in_form_fields_and_count(serve: Serve) -> None:
    labels = {"camera_id": "cam-1", "well_id": "12a", "cast_id": "C-7", "captured_at": "2020-05-04T10:11:12Z"}
    async with serve() as client:
        answer = (await client.post("/v1/inspect", data=labels, files={"file": jpeg(good_well(3))})).json()
        twice = await client.post("/v1/inspect?camera_id=a", data=labels, files={"file": jpeg(good_well(3))})
        unknown = await client.post("/v1/inspect", data={"camera": "a"}, files={"file": jpeg(good_well(3))})
    assert (answer["camera_id"], answer["well_id"], answer["cast_id"]) == ("cam-1", "12a", "C-7")
    assert (answer["verdict"], answer["reason"]) == ("unknown", "stale")
    assert_problem(twice, 422)
    assert_problem(unknown, 422)
