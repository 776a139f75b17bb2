"""Troubles through the whole service: in its state and on record, from their begin to their end."""

import asyncio
from typing import Any

import httpx
import pytest

from service.contract.journal_entry import Event, EventKind
from service.monitoring import overload
from service.settings import Settings
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.wells import good_well

NOBODY_LISTENS = "postgresql://user:password@127.0.0.1:9/record"


async def troubles(client: httpx.AsyncClient, *kinds: str) -> list[dict[str, Any]]:
    """Return the troubles of the service as soon as they are of these kinds."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found: list[dict[str, Any]] = (await client.get("/v1/status")).json()["troubles"]
            if [trouble["kind"] for trouble in found] == [*kinds]:
                return found
            await asyncio.sleep(0.05)


def on_record(settings: Settings) -> list[tuple[EventKind, object]]:
    events = [entry for entry in entries_of(settings) if isinstance(entry, Event)]
    return [(event.kind, event.payload["trouble"]) for event in events if "trouble" in event.payload]


async def test_a_burst_is_a_trouble_until_nothing_is_refused_any_more(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overload, "QUIET_S", 2.0)
    picture = jpeg(good_well(1))
    async with serve(max_in_flight=1) as client:
        assert await troubles(client) == []
        answers = await asyncio.gather(*(client.post("/v1/inspect", content=picture) for _ in range(10)))
        refused = [answer for answer in answers if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE]
        assert refused
        (trouble,) = await troubles(client, "overload")
        assert trouble["text"].startswith(f"requests refused unseen: {len(refused)};")
        await troubles(client)
    assert on_record(settings) == [(EventKind.TROUBLE_BEGAN, "overload"), (EventKind.TROUBLE_ENDED, "overload")]


async def test_a_database_that_is_away_is_a_trouble_and_the_service_is_ready(serve: Serve, settings: Settings) -> None:
    async with serve(database_url=NOBODY_LISTENS) as client:
        await client.post("/v1/inspect", content=jpeg(good_well(1)))
        (trouble,) = await troubles(client, "postgresql")
        assert "catches up" in trouble["text"]
        status = (await client.get("/v1/status")).json()
        assert (status["ready"], status["problems"]) == (True, [])
    assert on_record(settings) == [(EventKind.TROUBLE_BEGAN, "postgresql")]


async def test_a_pointer_that_is_refused_is_a_trouble_until_it_is_mended(serve: Serve, settings: Settings) -> None:
    pointer = settings.artifacts / "active.json"
    good = pointer.read_text()
    async with serve(watch_interval_s=0.02) as client:
        pointer.write_text('{"artifact": "absent-00000000"}')
        (trouble,) = await troubles(client, "refused_artifact")
        ready = await client.get("/health/ready")
        status = (await client.get("/v1/status")).json()
        pointer.write_text(good)
        await troubles(client)
    assert "absent-00000000" in trouble["text"]
    assert ready.status_code == 200
    assert "absent-00000000" in ready.json()["checks"]["refused_artifact"]
    assert (status["ready"], status["problems"]) == (True, [])
