"""Three times as many callers as places: refusals come at once, and accepted pictures are answered as before."""

import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx
import pytest

from tests.faults.process import Process, running
from tests.faults.rig import LEAK, Rig

PLACES = 16
SECONDS = 2.0
REFUSAL_S = 0.020
SLOWER = 4.0
"""How much slower an accepted picture may be: three times the callers share the machine with the service."""


def request(camera_id: str = "", forwarded_for: str = "") -> bytes:
    query = f"?camera_id={camera_id}" if camera_id else ""
    proxied = f"x-forwarded-for: {forwarded_for}\r\n" if forwarded_for else ""
    head = f"POST /v1/inspect{query} HTTP/1.1\r\nhost: 127.0.0.1\r\n{proxied}content-length: {len(LEAK)}\r\n\r\n"
    return head.encode() + LEAK


async def call(served: Process, until: float, times_s: dict[int, list[float]], sent: bytes) -> None:
    """Send one picture after the other over one connection; note the time of each answer by its status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    while perf_counter() < until:
        started = perf_counter()
        writer.write(sent)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        status = int(head.split()[1])
        times_s.setdefault(status, []).append(perf_counter() - started)
        assert b'"alarm":true' in body
        assert status == httpx.codes.OK or b"retry-after" in head
    writer.close()


async def measured(served: Process, *callers: bytes) -> list[dict[int, list[float]]]:
    """Let callers send without a pause; returns the times of each by status."""
    times_s: list[dict[int, list[float]]] = [{} for _ in callers]
    until = perf_counter() + SECONDS
    await asyncio.gather(*(call(served, until, mine, sent) for mine, sent in zip(times_s, callers, strict=True)))
    return times_s


def joined(times_s: list[dict[int, list[float]]], status: int) -> list[float]:
    return [one for mine in times_s for one in mine.get(status, ())]


async def test_refusals_are_fast_and_accepted_pictures_keep_their_latency(tmp_path: Path) -> None:
    async with running(Rig(tmp_path), max_in_flight=PLACES, client_share=1) as served:
        rated = await measured(served, *[request()] * PLACES)
        over = await measured(served, *[request()] * 3 * PLACES)
    assert not joined(rated, 503)
    assert median(joined(over, 503)) < max(REFUSAL_S, median(joined(over, 200)) / 2)
    assert median(joined(over, 200)) < SLOWER * median(joined(rated, 200)) + REFUSAL_S


@pytest.mark.parametrize("named_by", ["camera_id", "forwarded_for"])
async def test_a_caller_who_floods_the_service_takes_no_other_ones_places(tmp_path: Path, named_by: str) -> None:
    async with running(Rig(tmp_path), max_in_flight=PLACES) as served:
        flooding = [request(**{named_by: "10.0.0.1"})] * 3 * PLACES
        times_s = await measured(served, *flooding, *[request(**{named_by: "10.0.0.2"})] * 2)
    assert joined(times_s[: len(flooding)], 429)
    assert not joined(times_s[: len(flooding)], 503)
    assert joined(times_s[len(flooding) :], 200)
    assert not joined(times_s[len(flooding) :], 503)
    assert not joined(times_s[len(flooding) :], 429)
