"""A flood through the shipped nginx: the flooding camera is refused, the others are judged, no replica is taken out."""

import asyncio
import ssl
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from tests.faults.process import running
from tests.faults.rig import LEAK, Rig
from tests.nginx_server import NginxServer, NoNginx

PLACES = 16
FLOODING = 3 * PLACES
CALM = [f"calm-{number}" for number in range(4)]  # no more than the places that the flood leaves
SECONDS = 2.0


async def send(client: httpx.AsyncClient, camera_id: str, until: float, statuses: Counter[int]) -> None:
    while perf_counter() < until:
        answer = await client.post("/v1/inspect", params={"camera_id": camera_id}, content=LEAK)
        assert answer.json()["alarm"] is True
        statuses[answer.status_code] += 1


async def test_one_camera_that_floods_costs_no_other_camera_an_answer(tmp_path: Path) -> None:
    unsigned = ssl.create_default_context()
    unsigned.check_hostname = False
    unsigned.verify_mode = ssl.CERT_NONE
    flooding, calm = Counter[int](), Counter[int]()
    async with AsyncExitStack() as stack:
        folders = [tmp_path / f"replica-{number}" for number in range(3)]
        for folder in folders:
            folder.mkdir()
        rigs = [Rig(folder) for folder in folders]
        replicas = [await stack.enter_async_context(running(rig, max_in_flight=PLACES)) for rig in rigs]
        try:
            nginx = stack.enter_context(NginxServer([replica.port for replica in replicas]))
        except NoNginx as reason:
            pytest.skip(str(reason))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=nginx.url, verify=unsigned, timeout=30))
        until = perf_counter() + SECONDS
        await asyncio.gather(
            *(send(client, "flooding", until, flooding) for _ in range(FLOODING)),
            *(send(client, camera_id, until, calm) for camera_id in CALM),
        )
    assert set(flooding) == {200, 429}
    assert set(calm) == {200}
