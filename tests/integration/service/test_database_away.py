"""A database that several replicas share is away: one replica still starts, judges and answers for itself."""

import httpx

from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

NOBODY_LISTENS = "postgresql://user:password@127.0.0.1:9/record"


async def test_a_service_starts_and_judges_while_the_shared_database_is_away(serve: Serve) -> None:
    async with serve(database_url=NOBODY_LISTENS) as client:
        assert (await client.get("/health/ready")).status_code == httpx.codes.OK
        answer = await client.post("/v1/inspect", content=jpeg(good_well(1)))
        assert answer.json()["verdict"] == "no_leak"
        metrics = (await client.get("/metrics")).text
        assert 'leak_inspection_follower_pending_entries{follower="postgresql"} ' in metrics


async def test_what_only_the_database_knows_is_an_error_and_no_empty_list(serve: Serve) -> None:
    async with serve(database_url=NOBODY_LISTENS) as client:
        answer = await client.get("/v1/decisions")
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


async def test_the_picture_of_a_decision_of_its_own_is_shown_all_the_same(serve: Serve) -> None:
    async with serve(database_url=NOBODY_LISTENS) as client:
        picture = jpeg(leaking_well(1))
        decision_id = (await client.post("/v1/inspect", content=picture)).json()["decision_id"]
        answer = await client.get(f"/v1/decisions/{decision_id}/picture")
        assert (answer.status_code, answer.content) == (httpx.codes.OK, picture)
        assert (await client.get(f"/v1/decisions/{decision_id}/heatmap.png")).status_code == httpx.codes.OK
        unknown = await client.get("/v1/decisions/019e4f2a-0000-7000-8000-000000000000/picture")
        assert unknown.status_code == httpx.codes.SERVICE_UNAVAILABLE
