"""Foreign pages in a browser beside the service: they change nothing, and read nothing."""

import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well

CHANGES = (
    ("POST", "/v1/inspect"),
    ("POST", "/v1/inspect/batch"),
    ("POST", "/v1/trial"),
    ("POST", "/v1/self-test"),
    ("POST", "/v1/model/activate"),
    ("POST", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("POST", "/v1/decisions/x/review"),
    ("POST", "/v1/unknown"),
)
READS = ("/", "/v1/status", "/v1/decisions", "/v1/events", "/metrics", "/health/ready", "/docs", "/openapi.json")


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_foreign_page_changes_nothing(serve: Serve, method: str, path: str) -> None:
    async with serve() as client:
        answer = await client.request(method, path, headers={"origin": "http://foreign.example"})
        assert str(assert_problem(answer, 403)["type"]).endswith("cross-origin")


@pytest.mark.parametrize("path", READS)
async def test_a_foreign_name_that_leads_here_reads_nothing(serve: Serve, path: str) -> None:
    async with serve() as client:
        answer = await client.get(path, headers={"host": "foreign.example"})
        assert str(assert_problem(answer, 421)["type"]).endswith("misdirected")


async def test_the_operator_page_goes_on_working(serve: Serve) -> None:
    async with serve() as client:
        client.headers.update({"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"})
        assert (await client.post("/v1/trial", content=jpeg(good_well(1)))).status_code == 200
        assert (await client.post("/v1/self-test")).status_code == 200


async def test_a_name_of_the_settings_is_answered(serve: Serve) -> None:
    async with serve(names="other.example, plant.example") as client:
        assert (await client.get("/v1/status", headers={"host": "plant.example:8000"})).status_code == 200
