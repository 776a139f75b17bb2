"""A load generator with a fixed rate: requests leave on schedule, however long the answers take.

Latency counts from the scheduled time, so a server that stalls is charged for everyone who had to wait. It runs as a
process of its own and spins between two sends, so that the schedule holds to some ten microseconds.
"""

import asyncio
import json
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import numpy as np
import uvloop

HEAD_END = b"\r\n\r\n"
OK = b"HTTP/1.1 200"
PATIENCE_S = 10.0


class Requests:
    """Whole HTTP requests, ready to be written."""

    def __init__(self, path: str, folder: Path, content_type: str, *, labelled: bool) -> None:
        self._path = path
        self._labelled = labelled
        self._bodies = [file.read_bytes() for file in sorted(folder.iterdir())]
        self._heads = [
            f" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            for body in self._bodies
        ]

    def get(self, number: int) -> bytes:
        """Return the request of that number; with labels no well shows the same picture twice in a row."""
        frame, well = divmod(number, len(self._bodies))
        chosen = (well + frame) % len(self._bodies)
        query = ""
        if self._labelled:
            captured_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            query = f"?camera_id=cam-1&well_id={well}&cast_id=c-1&captured_at={captured_at}"
        return f"POST {self._path}{query}".encode() + self._heads[chosen] + self._bodies[chosen]


class Connection(asyncio.Protocol):
    """One connection with at most one request on its way."""

    def __init__(self, idle: deque["Connection"], latencies_s: list[float]) -> None:
        self._idle = idle
        self._latencies_s = latencies_s
        self._scheduled = 0.0
        self._buffer = b""
        self.faults = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Become idle."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's has no such base class
        self._idle.append(self)

    def send(self, request: bytes, scheduled: float) -> None:
        """Write a request that was due at ``scheduled``."""
        self._scheduled = scheduled
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect an answer; whole, it is counted."""
        self._buffer += data
        head_end = self._buffer.find(HEAD_END)
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self._buffer) < head_end + len(HEAD_END) + length:
            return
        self._latencies_s.append(time.perf_counter() - self._scheduled)
        self.faults += not self._buffer.startswith(OK)
        self._buffer = b""
        self._idle.append(self)


async def post_on_schedule(url: str, requests: Requests, rate: float, duration_s: float, connections: int) -> str:
    """Post and return a JSON object of latencies.

    Raises:
        SystemExit: an answer is missing or is not 200.
    """
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    idle: deque[Connection] = deque()
    latencies_s: list[float] = []
    late_s: list[float] = []
    loop = asyncio.get_running_loop()
    protocols = [
        (await loop.create_connection(lambda: Connection(idle, latencies_s), host, port))[1] for _ in range(connections)
    ]
    start = time.perf_counter() + 0.05
    count = int(rate * duration_s)
    for number in range(count):
        due = start + number / rate
        while time.perf_counter() < due or not idle:
            await asyncio.sleep(0)
            if time.perf_counter() > due + PATIENCE_S:
                raise SystemExit(f"no connection of {connections} came free within {PATIENCE_S:.0f} s")
        late_s.append(time.perf_counter() - due)
        idle.popleft().send(requests.get(number), due)
    await _all_answered(latencies_s, count)
    faults = sum(protocol.faults for protocol in protocols)
    if faults:
        raise SystemExit(f"{faults} of {count} answers were not 200")
    return _summary(latencies_s, late_s)


async def _all_answered(latencies_s: list[float], count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(latencies_s) < count:  # noqa: ASYNC110  # the loop is spun on purpose
            await asyncio.sleep(0)


def _summary(latencies_s: list[float], late_s: list[float]) -> str:
    p50, p99, p999 = (np.quantile(latencies_s, [0.5, 0.99, 0.999]) * 1000).tolist()
    late_p99_ms = float(np.quantile(late_s, 0.99)) * 1000
    return json.dumps(
        {"requests": len(latencies_s), "p50_ms": p50, "p99_ms": p99, "p999_ms": p999, "late_p99_ms": late_p99_ms}
    )


def main(words: list[str]) -> None:
    """Read the words of the command line and print the summary."""
    url, path, folder, content_type, labels, rate, duration_s, connections = words
    requests = Requests(path, Path(folder), content_type, labelled=labels == "labelled")
    print(uvloop.run(post_on_schedule(url, requests, float(rate), float(duration_s), int(connections))))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
