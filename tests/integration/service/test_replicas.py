"""Two replicas over one PostgreSQL: each shows and takes note of what the other one saw."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.contract.journal_entry import Event, EventKind
from service.settings import Settings
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.postgres_server import PostgresServer
from tests.wells import good_well, leaking_well

Pair = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture
def cameras_file(tmp_path: Path) -> Path:
    """Two cameras that are silent after 3.5 s."""
    path = tmp_path / "cameras.toml"
    path.write_text("[cameras.cam-1]\ninterval_s = 0.7\n[cameras.cam-2]\ninterval_s = 0.7\n")
    return path


@asynccontextmanager
async def replicas(serve: Serve, folder: Path, **settings: object) -> AsyncIterator[Pair]:
    folders = [folder / "one", folder / "two"]
    async with (
        serve(replica="one", replicas=2, data_dir=folders[0], **settings) as one,
        serve(replica="two", replicas=2, data_dir=folders[1], **settings) as two,
    ):
        yield one, two


async def inspect(client: httpx.AsyncClient, camera: str, picture: bytes) -> dict[str, Any]:
    params = {"camera_id": camera, "well_id": "12a"}
    answer: dict[str, Any] = (await client.post("/v1/inspect", params=params, content=picture)).json()
    return answer


async def in_time(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110  # another replica sets no event of ours
            await asyncio.sleep(0.05)


async def alarms(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The open alarms on a replica's board."""
    board = (await client.get("/v1/wells")).json()
    wells = [well for camera in board["cameras"] for well in camera["wells"]]
    return [well["alarm"] for well in wells if well["alarm"] and not well["alarm"]["acknowledged_at"]]


async def test_an_alarm_of_one_replica_is_on_the_board_of_the_other_and_ends_for_both(
    serve: Serve, tmp_path: Path, postgres: PostgresServer
) -> None:
    async with replicas(serve, tmp_path, database_url=postgres.url) as (one, two):
        for seed in range(1, 4):
            await inspect(one, "cam-1", jpeg(leaking_well(seed)))

        async def one_shows_an_alarm() -> bool:
            return len(await alarms(one)) == 1

        await in_time(one_shows_an_alarm)
        (alarm,) = await alarms(one)

        async def two_shows_it() -> bool:
            return [each["alarm_id"] for each in await alarms(two)] == [alarm["alarm_id"]]

        async def one_knows_it_is_taken() -> bool:
            return await alarms(one) == []

        await in_time(two_shows_it)
        path = f"/v1/alarms/{alarm['alarm_id']}/acknowledge"
        taken = await two.post(path, json={"operator": "Anna", "comment": ""})
        assert taken.status_code == httpx.codes.OK
        await in_time(one_knows_it_is_taken)
        for seed in range(5, 8):
            await inspect(one, "cam-1", jpeg(leaking_well(seed)))
        assert await alarms(one) == []  # it holds while the leak goes on, though the other replica took note
        for seed in range(3):
            await inspect(one, "cam-1", jpeg(good_well(seed)))

        async def it_is_over_for_both() -> bool:
            standing = [(await each.get("/v1/alarms?standing=true")).json()["total"] for each in (one, two)]
            return standing == [0, 0]

        await in_time(it_is_over_for_both)


async def test_a_camera_that_sends_to_the_other_replica_is_not_silent(
    serve: Serve, tmp_path: Path, postgres: PostgresServer, cameras_file: Path
) -> None:
    async with replicas(serve, tmp_path, database_url=postgres.url, cameras_file=cameras_file) as (one, two):
        for seed in range(45):
            await asyncio.gather(
                inspect(one, "cam-1", jpeg(good_well(seed))), inspect(two, "cam-2", jpeg(good_well(seed)))
            )
            await asyncio.sleep(0.1)
        for client in (one, two):
            assert await silent(client) == []


async def test_while_the_database_is_away_a_replica_tells_the_silence_of_its_own_camera_alone(
    serve: Serve, tmp_path: Path, postgres: PostgresServer, cameras_file: Path
) -> None:
    async with replicas(serve, tmp_path, database_url=postgres.url, cameras_file=cameras_file) as (one, two):
        await asyncio.gather(inspect(one, "cam-1", jpeg(good_well(1))), inspect(two, "cam-2", jpeg(good_well(2))))
        await asyncio.to_thread(postgres.stop)

        async def each_tells_its_own() -> bool:
            return (await silent(one), await silent(two)) == (["cam-1"], ["cam-2"])

        await in_time(each_tells_its_own)


async def test_a_silence_is_told_once_and_known_to_both(
    serve: Serve, tmp_path: Path, postgres: PostgresServer, cameras_file: Path
) -> None:
    async with replicas(serve, tmp_path, database_url=postgres.url, cameras_file=cameras_file) as (one, two):
        await inspect(one, "cam-1", jpeg(good_well(1)))

        async def both_know() -> bool:
            return [await silent(client) for client in (one, two)] == [["cam-1"], ["cam-1"]]

        await in_time(both_know)
    told = [entry for name in ("one", "two") for entry in told_by(tmp_path / name)]
    assert [(event.kind, event.camera_id) for event in told] == [(EventKind.NO_DATA, "cam-1")]


async def silent(client: httpx.AsyncClient) -> list[str]:
    """The cameras that a replica's metrics call silent."""
    lines = (await client.get("/metrics")).text.splitlines()
    return [line.split('"')[1] for line in lines if line.startswith("leak_inspection_camera_silent{") and "} 1" in line]


def told_by(folder: Path) -> list[Event]:
    """The silences in a replica's own journal."""
    found = entries_of(Settings(data_dir=folder))
    return [entry for entry in found if isinstance(entry, Event) and entry.kind is EventKind.NO_DATA]


async def test_lists_show_the_decisions_of_every_replica(
    serve: Serve, tmp_path: Path, postgres: PostgresServer, settings: Settings
) -> None:
    del settings
    async with replicas(serve, tmp_path, database_url=postgres.url) as (one, two):
        made = [
            (await inspect(client, camera, jpeg(good_well(seed))))["decision_id"]
            for seed, (client, camera) in enumerate([(one, "cam-1"), (two, "cam-2"), (one, "cam-1")])
        ]

        async def both_list_all() -> bool:
            lists = [(await client.get("/v1/decisions")).json() for client in (one, two)]
            return all([each["decision_id"] for each in found.get("items", [])] == made[::-1] for found in lists)

        await in_time(both_list_all)
