"""The crops of one frame in one request."""

import json

import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well


def files(*contents: bytes, name: str = "files") -> list[tuple[str, bytes]]:
    """Multipart fields with one name."""
    return [(name, content) for content in contents]


async def test_answers_come_in_the_order_sent_with_their_own_labels(serve: Serve) -> None:
    pictures = [good_well(1), leaking_well(2), good_well(3), leaking_well(4)]
    meta = [{"camera_id": "cam-1", "well_id": f"{index}a"} for index in range(4)]
    async with serve() as client:
        response = await client.post(
            "/v1/inspect/batch", files=files(*map(jpeg, pictures)), data={"meta": json.dumps(meta)}
        )
        alone = [(await client.post("/v1/inspect", content=jpeg(picture))).json() for picture in pictures]
    results = response.json()["results"]
    assert [result["well_id"] for result in results] == ["0a", "1a", "2a", "3a"]
    assert [result["verdict"] for result in results] == ["no_leak", "leak", "no_leak", "leak"]
    assert [result["score"] for result in results] == pytest.approx([answer["score"] for answer in alone], rel=1e-5)


async def test_one_bad_crop_is_one_unknown(serve: Serve) -> None:
    contents = (jpeg(good_well(1)), b"not a picture", jpeg(leaking_well(2)))
    async with serve() as client:
        results = (await client.post("/v1/inspect/batch", files=files(*contents))).json()["results"]
    assert [result["verdict"] for result in results] == ["no_leak", "unknown", "leak"]
    assert (results[1]["reason"], results[1]["alarm"], results[1]["score"]) == ("input_undecodable", True, None)


async def test_a_batch_of_bad_crops_alone_is_answered(serve: Serve) -> None:
    async with serve() as client:
        results = (await client.post("/v1/inspect/batch", files=files(b"", b"x"))).json()["results"]
    assert [result["verdict"] for result in results] == ["unknown", "unknown"]


async def test_an_empty_batch_gets_422_and_a_large_one_413(serve: Serve) -> None:
    crop = jpeg(good_well(1))
    async with serve(max_batch_crops=3) as client:
        assert_problem(await client.post("/v1/inspect/batch", files={"meta": (None, "[]")}), 422)
        assert_problem(await client.post("/v1/inspect/batch", files=files(*[crop] * 4)), 413)
        assert_problem(await client.post("/v1/inspect/batch", files=files(*[crop] * 40)), 413)
        assert (await client.post("/v1/inspect/batch", files=files(*[crop] * 3))).status_code == 200


@pytest.mark.parametrize(
    ("meta", "named"),
    [
        ("not json", "meta"),
        ("{}", "meta"),
        ("[{}]", "meta"),
        ("[{}, 3]", "meta[1]"),
        ('[{}, {"camera_id": 7}]', "meta[1].camera_id"),
        ('[{"well_id": "a b"}, {}]', "meta[0].well_id"),
        ('[{}, {"captured_at": "now"}]', "meta[1].captured_at"),
        ('[{}, {"colour": "red"}]', "meta[1].colour"),
    ],
)
async def test_malformed_meta_gets_422_and_is_named(serve: Serve, meta: str, named: str) -> None:
    crop = jpeg(good_well(1))
    async with serve() as client:
        response = await client.post("/v1/inspect/batch", files=files(crop, crop), data={"meta": meta})
    assert str(assert_problem(response, 422)["detail"]).startswith(named)


async def test_what_is_no_form_data_is_told_what_is_expected(serve: Serve) -> None:
    crop = jpeg(good_well(1))
    async with serve() as client:
        assert_problem(await client.post("/v1/inspect/batch", content=crop), 400)
        assert_problem(await client.post("/v1/inspect/batch", files=files(crop, name="file")), 422)
        broken = {"content-type": "multipart/form-data; boundary=b"}
        assert_problem(await client.post("/v1/inspect/batch", content=b"--b\r\nbroken", headers=broken), 400)
        no_boundary = {"content-type": "multipart/form-data"}
        assert_problem(await client.post("/v1/inspect/batch", content=b"--b", headers=no_boundary), 400)
        assert_problem(await client.post("/v1/inspect", files=files(crop, crop, name="file")), 422)


async def test_the_query_of_a_batch_labels_every_crop(serve: Serve) -> None:
    crops = files(jpeg(good_well(1)), jpeg(good_well(2)))
    meta = {"meta": json.dumps([{"well_id": "1a"}, {"well_id": "1b"}])}
    async with serve() as client:
        response = await client.post("/v1/inspect/batch?camera_id=cam-1", files=crops, data=meta | {"cast_id": "C-7"})
        stale = await client.post("/v1/inspect/batch?captured_at=2020-05-04T10:11:12Z", files=crops)
        for query in ("camera=1", "well_id=1a", "camera_id=a&camera_id=a", "camera_id="):
            assert_problem(await client.post(f"/v1/inspect/batch?{query}", files=crops), 422)
    results = response.json()["results"]
    assert [(one["camera_id"], one["well_id"], one["cast_id"]) for one in results] == [
        ("cam-1", "1a", "C-7"),
        ("cam-1", "1b", "C-7"),
    ]
    assert [one["reason"] for one in stale.json()["results"]] == ["stale", "stale"]
