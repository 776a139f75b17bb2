"""A database that several replicas share is away: one replica still starts, judges and answers for itself."""

import httpx

from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well

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
