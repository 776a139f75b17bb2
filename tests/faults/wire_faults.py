"""Faults on the wire: what no HTTP client sends."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import Fault
from tests.faults.process import Process, running
from tests.faults.rig import LEAK, Rig

HEAD = b"POST /v1/inspect HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
LENGTH = b"content-length: %d\r\n" % len(LEAK)
IDLE = 200


def note(rig: Rig, answer: bytes) -> None:
    """Write down the answers in a connection's bytes."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    rig.heard(int(head.split()[1]), json.loads(rest))


def wire(*connections: tuple[bytes, ...]) -> Callable[[Rig], Awaitable[None]]:
    """Send each connection's chunks, then see that a leak is found all the same."""

    async def inject(rig: Rig) -> None:
        async with running(rig, deadline_s=0.5) as served:
            for chunks in connections:
                note(rig, await served.raw(*chunks))
            await served.post()

    return inject


async def slow_clients(rig: Rig) -> None:
    """Many half-open connections and half-sent bodies take no place from those who send whole pictures."""
    async with running(rig, deadline_s=2, max_in_flight=4) as served:
        half = [asyncio.create_task(served.raw(HEAD + LENGTH + b"\r\n" + LEAK[:50])) for _ in range(IDLE)]
        open_ones = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(IDLE)]
        for _ in range(10):
            await served.post()
        assert {answer.said for answer in rig.answers} == {LEAK_FOUND}
        for answer in await asyncio.gather(*half):
            note(rig, answer)
        for _, writer in open_ones:
            writer.close()


async def slow_flood(rig: Rig) -> None:
    """Large bodies that stop after three bytes, of a new camera each: a camera with small and with large ones."""
    large = b"content-length: 100000\r\n\r\n"
    cameras = rig.folder / "cameras.toml"
    cameras.write_text("[cameras.real]\ninterval_s = 3600\n")
    async with running(
        rig, deadline_s=5, max_in_flight=8, max_batches_in_flight=4, cameras_file=cameras, frozen_after_s=3600
    ) as served:
        heads = [HEAD.replace(b"inspect", b"inspect?camera_id=x%d" % number) for number in range(20)]
        heads += [head.replace(b"inspect", b"inspect/batch") for head in heads]
        flood = [asyncio.create_task(served.raw(head + large + LEAK[:3])) for head in heads]
        padded = LEAK[:2] + b"\xff\xfe\xff\xff" + bytes(65533) + LEAK[2:]
        await asyncio.sleep(0.2)
        for _ in range(5):
            await served.post(camera_id="real", well_id="1")
            await served.post(padded, camera_id="real", well_id="1")
        assert {answer.said for answer in rig.answers} == {LEAK_FOUND}
        for answer in await asyncio.gather(*flood):
            note(rig, answer)


async def gone(rig: Rig) -> None:
    """Callers that hang up in the middle of a body."""
    async with running(rig) as served:
        await asyncio.gather(*(_hang_up(served, size) for size in range(0, len(LEAK), 50)))
        await served.post()


async def _hang_up(served: Process, size: int) -> None:
    await served.raw(HEAD + LENGTH + b"\r\n" + LEAK[:size], end=True)


async def offers(rig: Rig) -> None:
    """Each offer comes with a leak, in one piece and in two, and with a second request behind it."""
    keeping = HEAD.replace(b"connection: close\r\n", b"")
    async with running(rig) as served:
        for protocol in (b"h2c", b"websocket", b"TLS/1.0, IRC/6.9", b"x"):
            offer = keeping + b"connection: Upgrade, HTTP2-Settings\r\nupgrade: " + protocol + b"\r\n" + SETTINGS
            for chunks in ((offer + LENGTH + b"\r\n" + LEAK,), (offer + LENGTH + b"\r\n", LEAK)):
                answers = await served.raw(*chunks, HEAD + LENGTH + b"\r\n" + LEAK)
                first, _, second = answers.partition(b"}HTTP/1.1")
                note(rig, first + b"}")
                note(rig, b"HTTP/1.1" + second)


async def smuggled(rig: Rig) -> None:
    """A body that looks like a request, behind an offer: one answer, that to the body as a picture."""
    inner = b"POST /v1/self-test HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n"
    offer = b"POST /v1/inspect HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n"
    async with running(rig) as served:
        for chunks in ((inner,), (b"", inner)):
            answer = await served.raw(offer + b"content-length: %d\r\n\r\n" % len(inner) + chunks[0], *chunks[1:])
            assert answer.count(b"HTTP/1.1 ") == 1, answer
            note(rig, answer)


SETTINGS = b"http2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
MALFORMED = ("400 malformed-request", LEAK_FOUND)
CHUNKED = b"transfer-encoding: chunked\r\n"
WIRE_FAULTS = (
    Fault("request smuggling", "both Content-Length and chunks; two lengths", MALFORMED, wire(
        (HEAD + LENGTH + CHUNKED + b"\r\n" + LEAK,), (HEAD + LENGTH + b"content-length: 3\r\n\r\n" + LEAK,))),
    Fault("another protocol offered", "Upgrade to HTTP/2, WebSocket, TLS or anything, with a leak as the body",
          (LEAK_FOUND,), offers),
    Fault("request smuggling behind an offer", "Upgrade, and a body that is a request", ("415 not-a-picture",),
          smuggled),
    Fault("tunnel", "CONNECT", MALFORMED, wire(
        (b"CONNECT 127.0.0.1:8000 HTTP/1.1\r\nhost: 127.0.0.1:8000\r\n\r\n" + HEAD + LENGTH + b"\r\n" + LEAK,))),
    Fault("malformed head", "no HTTP, TLS, a bad length, a bare line", MALFORMED, wire(
        (b"no_leak\r\n\r\n",), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",),
        (HEAD + b"content-length: -1\r\n\r\n",), (HEAD + b"content-length: 1e3\r\n\r\n",), (HEAD + b": x\r\n\r\n",))),
    Fault("garbage as chunks", "a chunk with a length that is none", MALFORMED, wire(
        (HEAD + CHUNKED + b"\r\nxyz\r\n",))),
    Fault("oversized headers", "a head of more than 64 KiB without an end", ("431 head-too-large", LEAK_FOUND), wire(
        (HEAD, b"x-long: " + b"a" * 64 * 1024))),
    Fault("body that never ends", "fewer bytes than announced", ("504 deadline-exceeded", LEAK_FOUND), wire(
        (HEAD + b"content-length: 9999\r\n\r\n" + LEAK,), (HEAD + CHUNKED + b"\r\n5\r\nabcde\r\n",))),
    Fault("traversal on the wire", "a path that leaves the root", ("404 not-found", LEAK_FOUND), wire(
        (HEAD.replace(b"/inspect", b"/inspect/../../../etc/passwd") + b"content-length: 0\r\n\r\n",))),
    Fault("slow clients", "200 half-sent bodies and 200 silent connections", ("504 deadline-exceeded", LEAK_FOUND),
          slow_clients),
    Fault("slow flood under invented names", "more large bodies that stop after 3 bytes than there are places",
          ("504 deadline-exceeded", "429 share-taken", "400 malformed-body", LEAK_FOUND), slow_flood),
    Fault("callers hang up", "connections closed in the middle of bodies", (LEAK_FOUND,), gone),
)  # fmt: skip
