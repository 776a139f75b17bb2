"""A scripted shift in which everything goes wrong: what the cameras send, and what the people of the shift do."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from service.simulation.events import parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate
from tests.e2e.running_service import RunningService
from tests.e2e.watched import Watched
from tests.e2e.witness import Witness
from tests.postgres_server import PostgresServer

CAMERAS, WELLS, FRAMES_PER_S = 4, 4, 4.0
FROZEN_AFTER_S = 2.0
INTERVAL_S = 1.0  # four seconds of frames may be late on a busy machine before a camera counts as silent
IN_BURST = (
    b"POST /v1/inspect?camera_id=cam-3&well_id=1a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
)
PLACES = 4
WARM = 6.0  # until then the alerts resolve that told of cameras which had not begun to send
UNPLUGGED, DIMMED, FROZEN, BACK, BURST = 9.0, 10.0, 18.0, 19.0, 30.0
MENDED, STORE, SWAP, LEAK, END = 35.0, 38.0, 48.0, 56.0, 66.0
SCRIPT = (
    f"pause:cam-1@{UNPLUGGED}+{BACK - UNPLUGGED}",
    f"dim=0.96:cam-4@{DIMMED}+6",
    f"dim=0.95:cam-4@{DIMMED + 6}+{MENDED - DIMMED - 6}",
    f"frozen:cam-2@{FROZEN}+7",
    f"leak:cam-1:2a@{LEAK}+2",
)
EXPECTED = {
    ("LeakInspectionCameraSilent", "cam-1"),
    ("LeakInspectionUnknownVerdicts", "cam-2"),
    ("LeakInspectionAlarm", "cam-2"),
    ("LeakInspectionDrift", "cam-4"),
    ("LeakInspectionOverloaded", ""),
    ("LeakInspectionFollowerFailing", ""),
    ("LeakInspectionModelChanged", ""),
    ("LeakInspectionAlarm", "cam-1"),
}


class Shift:
    """The shift as it went: when it began, who saw what, and what the cameras were answered."""

    def __init__(self, service: RunningService, watched: Watched, witness: Witness, postgres: PostgresServer) -> None:
        self.service, self.watched, self.witness = service, watched, witness
        self._postgres = postgres
        self.began = 0.0
        self.result = SimulationResult(CAMERAS * WELLS * FRAMES_PER_S)

    async def run(self, wells: Path, other_artifact: str) -> None:
        """Let the cameras send by the script, and do what the people of the shift do."""
        gallery = Gallery.read(wells)
        plant = Plant(gallery, CAMERAS, WELLS, [parse_event(event) for event in SCRIPT])
        async with httpx.AsyncClient(base_url=self.service.address, timeout=30) as client:
            self.began = time.monotonic()
            sending = asyncio.create_task(Sender(plant, SendingRate(FRAMES_PER_S, END), client, self.result).run())
            await self._until(FROZEN + 9)
            await self._acknowledge_all(client)
            await self._until(BURST)
            await self._burst(gallery.good[:100])
            await self._until(STORE)
            await asyncio.to_thread(self._postgres.stop)
            await self._until(STORE + 6)
            await asyncio.to_thread(self._postgres.start)
            await self._until(SWAP)
            (await client.post("/v1/model/activate", json={"artifact": other_artifact})).raise_for_status()
            await self._until(LEAK + 5)
            await self._acknowledge_all(client)
            await sending

    def at(self, second: float) -> float:
        """That second of the shift on the monotonic clock."""
        return self.began + second

    async def _until(self, second: float) -> None:
        await asyncio.sleep(self.at(second) - time.monotonic())

    async def _burst(self, pictures: Sequence[bytes]) -> None:
        """All at once, on a connection each: most of them find no place."""
        connections = [await self._connect() for _ in pictures]
        for (_, writer), picture in zip(connections, pictures, strict=True):
            writer.write(IN_BURST % len(picture) + picture)
        for reader, writer in connections:
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            status = head.split()[1].decode()
            if status == "200":
                self.result.verdicts[json.loads(body)["verdict"]] += 1
            else:
                self.result.refused[status] += 1

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.service.port)

    async def _acknowledge_all(self, client: httpx.AsyncClient) -> None:
        alarms = (await client.get("/v1/alarms", params={"open": "true"})).json()["items"]
        for alarm in alarms:
            form = {"operator": "Ines", "comment": "seen"}
            (await client.post(f"/v1/alarms/{alarm['alarm_id']}/acknowledge", json=form)).raise_for_status()
