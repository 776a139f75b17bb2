"""Faults of callers: requests that are too late, too many, too large, malformed, or not allowed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import numpy as np

from service.contract.picture import Pixels
from service.contract.scorer import Scores
from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import Fault
from tests.faults.rig import GOOD, LEAK, LateGates, Rig
from tests.faults.scorer_faults import LARGE

KEY = "camera-key-0123456"


def request(**parts: object) -> Callable[[Rig], Awaitable[None]]:
    """Send one request as described."""
    method, path = str(parts.pop("method", "POST")), str(parts.pop("path", "/v1/inspect"))
    settings = parts.pop("settings", {})

    async def inject(rig: Rig) -> None:
        async with rig.serving(**settings) as running:  # type: ignore[arg-type]
            await running.client.request(method, path, **({"content": GOOD} | parts))  # type: ignore[arg-type]

    return inject


async def overload(rig: Rig) -> None:
    async with rig.serving(max_in_flight=2) as running:
        await asyncio.gather(*(running.post() for _ in range(30)))


async def flood(rig: Rig) -> None:
    """One camera sends without end; another one's pictures, one after the other, are all judged."""
    async with rig.serving(max_in_flight=8) as running:
        flooding = [asyncio.create_task(running.post(camera_id="flooding")) for _ in range(60)]
        for _ in range(10):
            assert (await running.post(camera_id="calm")).status_code == 200
        await asyncio.gather(*flooding)


async def wrong_key(rig: Rig) -> None:
    keys = rig.folder / "keys"
    keys.write_text(f"camera {KEY}\n")
    async with rig.serving(keys_file=keys) as running:
        for headers in ({}, {"x-api-key": "another-key-012345"}, {"x-api-key": KEY[:-1]}, {"x-api-key": ""}):
            await running.client.post("/v1/inspect", content=GOOD, headers=headers)


async def bad_crops(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.batch(b"", LEAK, b"text", LEAK[:300], LEAK)


async def late_in_the_queue(rig: Rig) -> None:
    """Batches and large pictures wait for a thread, or until they are decoded, for longer than their callers do."""
    headers = {"x-deadline-ms": "100"}
    files = [("files", LEAK), ("files", GOOD)]
    working, release = threading.Event(), threading.Event()

    def wait(pixels: Pixels) -> Scores:
        working.set()
        release.wait(30)
        return np.zeros(len(pixels), np.float32)

    async with rig.serving(worker_threads=1) as running:
        scorer = running.components.models.current().detector.scorer
        running.replace_scorer(wait)
        first = asyncio.create_task(running.control_batch(GOOD))
        await asyncio.to_thread(working.wait, 30)
        await running.client.post("/v1/inspect/batch", files=files, headers=headers)
        await running.client.post("/v1/inspect", content=LARGE, headers=headers)
        release.set()
        await first
        running.change_scorer(scorer)
        running.change_serving(gates=LateGates(running.components.models.current().gates, 0.11))
        await running.client.post("/v1/inspect/batch", files=files, headers=headers)
        await running.client.post("/v1/inspect", content=LARGE, headers=headers)


async def cancelled(rig: Rig) -> None:
    """Callers that leave at every moment; those who stay get their answers."""
    async with rig.serving() as running:
        for rounds in range(20):
            leaving = [asyncio.create_task(running.post()) for _ in range(4)]
            staying = asyncio.create_task(running.post())
            for _ in range(rounds):
                await asyncio.sleep(0)
            for task in leaving:
                task.cancel()
            assert (await staying).status_code == 200


CALLER_FAULTS = (
    Fault("overload", "30 requests at once, 2 may be in flight", ("503 overloaded", LEAK_FOUND), overload),
    Fault("flooding camera", "60 requests of one camera at once, 8 places", ("429 share-taken", LEAK_FOUND), flood),
    Fault(
        "deadline passed",
        "inference would begin too late",
        ("504 deadline-exceeded",),
        request(settings={"deadline_s": 1e-9}),
    ),
    Fault(
        "deadline passed in the queue",
        "batches and large pictures wait behind another, X-Deadline-Ms: 100",
        ("504 deadline-exceeded",),
        late_in_the_queue,
    ),
    Fault(
        "senseless deadline", "X-Deadline-Ms: -5", ("422 malformed-field",), request(headers={"x-deadline-ms": "-5"})
    ),
    Fault("cancelled callers", "four of five callers leave", (LEAK_FOUND,), cancelled),
    Fault(
        "damaged on the way",
        "the body differs from its digest",
        ("400 malformed-body",),
        request(headers={"content-digest": "sha-256=:" + "A" * 43 + "=:"}),
    ),
    Fault("malformed id", "a camera_id with markup", ("422 malformed-field",), request(params={"camera_id": "<b>"})),
    Fault(
        "unknown field",
        "a query parameter nobody knows",
        ("422 malformed-field",),
        request(params={"verdict": "no_leak"}),
    ),
    Fault(
        "malformed form",
        "multipart without parts",
        ("400 malformed-body",),
        request(content=b"x", headers={"content-type": "multipart/form-data; boundary=b"}),
    ),
    Fault(
        "too large a body",
        "more bytes than allowed",
        ("413 too-large",),
        request(content=bytes(5000), settings={"max_body_bytes": 4096}),
    ),
    Fault(
        "empty batch",
        "a batch without crops",
        ("422 malformed-field", "400 malformed-body"),
        request(
            path="/v1/inspect/batch", content=b"--b--\r\n", headers={"content-type": "multipart/form-data; boundary=b"}
        ),
    ),
    Fault("bad crops in a batch", "no pictures among leaks", ("200 unknown: input_undecodable", LEAK_FOUND), bad_crops),
    Fault(
        "page of another origin",
        "a browser posts for a foreign page",
        ("403 cross-origin",),
        request(headers={"origin": "http://foreign.example", "sec-fetch-site": "cross-site"}),
    ),
    Fault(
        "DNS rebinding",
        "a foreign name leads to the service",
        ("421 misdirected",),
        request(headers={"host": "foreign.example:8000", "origin": "http://foreign.example:8000"}),
    ),
    Fault("wrong method", "GET", ("405 method-not-allowed",), request(method="GET")),
    Fault(
        "path traversal",
        "a path that leaves the folder",
        ("404 not-found",),
        request(path="/v1/inspect/%2E%2E/%2E%2E/etc/passwd"),
    ),
    Fault("wrong key", "no key, another, a part of one", ("401 unauthenticated",), wrong_key),
)
