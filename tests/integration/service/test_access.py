"""Keys, roles and what they open."""

from pathlib import Path

import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well

CAMERA, OPERATOR, ADMIN = "camera-key-0123456", "operator-key-01234", "admin-key-01234567"


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    """One key of each role."""
    path = tmp_path / "keys"
    path.write_text(f"# keys of the test\ncamera {CAMERA}\noperator {OPERATOR}\n\nadmin {ADMIN}\n")
    return path


@pytest.mark.parametrize(
    ("key", "inspect", "model", "activate"),
    [
        pytest.param(None, 401, 401, 401, id="no key"),
        pytest.param("wrong-key-012345678", 401, 401, 401, id="unknown key"),
        pytest.param(CAMERA, 200, 403, 403, id="camera"),
        pytest.param(OPERATOR, 200, 200, 403, id="operator"),
        pytest.param(ADMIN, 200, 200, 422, id="admin"),
    ],
)
async def test_each_role_opens_its_doors(
    serve: Serve, keys_file: Path, key: str | None, inspect: int, model: int, activate: int
) -> None:
    headers = {} if key is None else {"x-api-key": key}
    async with serve(keys_file=keys_file) as client:
        client.headers.update(headers)
        responses = [
            await client.post("/v1/inspect", content=jpeg(good_well(1))),
            await client.get("/v1/model"),
            await client.post("/v1/model/activate", json={"artifact": "absent-00000000"}),
        ]
    for response, status in zip(responses, (inspect, model, activate), strict=True):
        if status == 200:
            assert response.status_code == 200
        else:
            assert_problem(response, status)


async def test_health_and_metrics_are_open_unless_a_setting_closes_them(serve: Serve, keys_file: Path) -> None:
    paths = ("/health/live", "/health/ready", "/metrics")
    async with serve(keys_file=keys_file) as client:
        assert [(await client.get(path)).status_code for path in paths] == [200, 200, 200]
    async with serve(keys_file=keys_file, protect_health_and_metrics=True) as client:
        assert [(await client.get(path)).status_code for path in paths] == [401, 401, 401]
        client.headers["x-api-key"] = CAMERA
        assert [(await client.get(path)).status_code for path in paths] == [200, 200, 200]


async def test_prometheus_may_send_its_key_as_it_sends_keys(serve: Serve, keys_file: Path) -> None:
    async with serve(keys_file=keys_file, protect_health_and_metrics=True) as client:
        refused = await client.get("/metrics")
        assert_problem(refused, 401)
        assert refused.headers["www-authenticate"].startswith("Bearer ")
        assert (await client.get("/metrics", headers={"authorization": f"Bearer {CAMERA}"})).status_code == 200
        assert (await client.get("/metrics", auth=("prometheus", CAMERA))).status_code == 200
        for wrong in ("Bearer wrong", "Bearer", "Basic ***", "Digest x", "Basic"):
            assert_problem(await client.get("/metrics", headers={"authorization": wrong}), 401)


async def test_who_only_asks_for_heads_gets_heads(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/", "/health/live", "/health/ready", "/metrics"):
            assert (await client.head(path)).status_code == 200, path
        assert_problem(await client.post(f"/v1/decisions/{'0' * 32}/review", content=b"{}"), 422)
        problem = (await client.post(f"/v1/decisions/{'0' * 32}/review", content=b"{}")).json()
        assert problem["detail"].startswith("Content-Type: application/json")
        early = await client.get("/v1/wells/cam-1/12a/scores", params={"to": "0001-01-01T00:00:00Z"})
        assert_problem(early, 422)
        assert b"_created" not in (await client.get("/metrics")).content
