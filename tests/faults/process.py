"""A real process over a rig: started, hurt from outside, and asked through its socket."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.eventually import PATIENCE_S
from tests.faults.rig import LEAK, Rig

SERVE = ("-m", "service.cli", "serve")
HANGING_PROGRAM = (
    "import time; from service.contract.scorer import OnnxScorer; real, calls = OnnxScorer.score, []\n"
    "def score(self, pixels):\n"
    "    calls.append(1); time.sleep(600 if len(calls) > 5 else 0); return real(self, pixels)\n"
    "OnnxScorer.score = score; from service.cli import main; import sys; sys.exit(main(['serve']))"
)
HANGING = ("-c", HANGING_PROGRAM)
"""Two inferences warm up, two are golden pictures, one is answered; the sixth hangs as no graph can be ended."""
START_S = 60


class Process:
    """A running service, its port, and what it answers."""

    def __init__(self, rig: Rig, process: subprocess.Popen[str], port: int) -> None:
        self.rig = rig
        self.process = process
        self.port = port
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)

    async def post(self, image: bytes = LEAK, **labels: str) -> str:
        """Send one picture; returns the decision's id, or nothing where the process no longer answers."""
        try:
            response = await self.client.post("/v1/inspect", content=image, params=labels)
        except httpx.TransportError:
            return ""
        self.rig.heard(response.status_code, response.json())
        return str(response.json().get("decision_id", ""))

    async def raw(self, *chunks: bytes, pause_s: float = 0.0, end: bool = False) -> bytes:
        """Send bytes as they are; returns everything that comes back until the service closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause_s)
        if end:
            writer.close()
            return b""
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.read()
        writer.close()
        return answer

    async def ended(self) -> int:
        """Wait for the end of the process; returns its code."""
        return await asyncio.to_thread(self.process.wait, 60)


@asynccontextmanager
async def running(rig: Rig, program: tuple[str, ...] = SERVE, **settings: object) -> AsyncIterator[Process]:
    """Run a service until the context ends."""
    named = {"artifacts": rig.artifacts, "data_dir": rig.data_dir, "port": 0, **settings}
    environment = os.environ | {f"LEAK_INSPECTION_{name.upper()}": str(value) for name, value in named.items()}
    process = _started(program, environment)
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    served = Process(rig, process, int(line.split()[3].rpartition(":")[2]))
    try:
        await _ready(served)
        yield served
    finally:
        await served.client.aclose()
        process.kill()
        process.wait()
        process.stdout.close()


def _started(program: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[str]:
    command = (sys.executable, *program)
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


async def _ready(served: Process) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                if (await served.client.get("/health/ready")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)
