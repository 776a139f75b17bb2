"""Pictures that somebody tries: judged and recorded, and nothing follows."""

from pathlib import Path

import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.integration.service.test_access import CAMERA, OPERATOR
from tests.pictures import jpeg
from tests.wells import leaking_well


async def test_a_leak_that_is_tried_is_on_record_and_raises_no_alarm(serve: Serve) -> None:
    async with serve() as client:
        tried = (await client.post("/v1/trial", content=jpeg(leaking_well(1)))).json()
        kept = (await client.get(f"/v1/decisions/{tried['decision_id']}")).json()
        alarms = (await client.get("/v1/alarms")).json()
    assert (tried["verdict"], tried["cast_id"]) == ("leak", "trial")
    assert kept["image_sha256"] == tried["image_sha256"]
    assert alarms["items"] == []


@pytest.mark.parametrize("field", ["camera_id", "well_id", "cast_id", "captured_at"])
async def test_what_belongs_to_a_camera_is_no_trial(serve: Serve, field: str) -> None:
    labels = {field: "2020-01-01T00:00:00Z"}
    crop = jpeg(leaking_well(1))
    async with serve() as client:
        assert_problem(await client.post("/v1/trial", params=labels, content=crop), 422)
        assert_problem(await client.post("/v1/trial", data=labels, files={"file": crop}), 422)
        tried = (await client.post("/v1/trial", content=crop)).json()
        board = (await client.get("/v1/wells")).json()
    assert (tried["camera_id"], tried["well_id"], tried["captured_at"]) == (None, None, None)
    assert board["cameras"] == []


async def test_a_leak_without_labels_alarms_where_it_is_not_a_trial(serve: Serve) -> None:
    async with serve() as client:
        await client.post("/v1/inspect", content=jpeg(leaking_well(1)))
        assert len((await client.get("/v1/alarms")).json()["items"]) == 1


async def test_a_camera_cannot_pass_its_leaks_for_trials(serve: Serve, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"camera {CAMERA}\noperator {OPERATOR}\n")
    async with serve(keys_file=keys) as client:
        refused = await client.post("/v1/trial", content=jpeg(leaking_well(1)), headers={"x-api-key": CAMERA})
        judged = await client.post("/v1/trial", content=jpeg(leaking_well(1)), headers={"x-api-key": OPERATOR})
    assert_problem(refused, 403)
    assert judged.status_code == 200
