"""The rig on which faults are injected: a service in process, of which every answer is written down."""

import dataclasses
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from asgi_lifespan import LifespanManager

from service.app import create_app
from service.app.components import Components
from service.contract.artifact import read_active
from service.contract.gate.gate import Gate, Gated
from service.contract.gate.gates import Gates
from service.contract.picture import Pixels
from service.contract.scorer import Scorer, Scores
from service.settings import Settings
from tests.faults.answer import Answer, answers_in
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well

CONTROL = "control"
LEAK = jpeg(leaking_well(3))
GOOD = jpeg(good_well(3))


class Rig:
    """A folder with an artefact and a record, and the answers that services over it gave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts = folder / "artifacts"
        self.data_dir = folder / "data"
        self.data_dir.mkdir()
        write_artifact(self.artifacts)
        self.answers: list[Answer] = []

    @property
    def active(self) -> Path:
        """The folder of the active artefact."""
        return self.artifacts / read_active(self.artifacts)

    @asynccontextmanager
    async def serving(self, **changes: object) -> AsyncIterator["Running"]:
        """Run the whole application, lifespan included; keyword arguments are settings."""
        settings = Settings.model_validate({"artifacts": self.artifacts, "data_dir": self.data_dir} | changes)
        front = create_app(settings)
        async with LifespanManager(front, startup_timeout=60, shutdown_timeout=60):
            transport = httpx.ASGITransport(front, raise_app_exceptions=False)
            hooks = {"response": [self._hear]}
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", event_hooks=hooks) as client:
                yield Running(client, front.app._app.state.needs)  # type: ignore[attr-defined]  # the framework's own

    def heard(self, status: int, body: dict[str, Any]) -> None:
        """Write down what was answered elsewhere, such as by a process."""
        self.answers.extend(answers_in(status, body))

    async def _hear(self, response: httpx.Response) -> None:
        await response.aread()
        if response.request.url.path.startswith("/v1/inspect") and response.headers["x-request-id"] != CONTROL:
            self.heard(response.status_code, response.json())


class Running:
    """A service that runs on the rig."""

    def __init__(self, client: httpx.AsyncClient, components: Components) -> None:
        self.client = client
        self.components = components

    async def post(self, image: bytes = LEAK, **labels: str) -> httpx.Response:
        """Send one picture of a well; the answer is written down."""
        return await self.client.post("/v1/inspect", params=labels, content=image)

    async def batch(self, *images: bytes) -> httpx.Response:
        """Send a batch; each answer is written down."""
        return await self.client.post("/v1/inspect/batch", files=[("files", image) for image in images])

    async def control_batch(self, *images: bytes) -> httpx.Response:
        """Send a batch that is no fault's."""
        files = [("files", image) for image in images]
        return await self.client.post("/v1/inspect/batch", files=files, headers={"x-request-id": CONTROL})

    async def passes(self, image: bytes = GOOD, **labels: str) -> None:
        """Make sure that a good picture gets no_leak, so that a fault has something to spoil."""
        response = await self.client.post(
            "/v1/inspect", params=labels, content=image, headers={"x-request-id": CONTROL}
        )
        assert response.json()["verdict"] == "no_leak", response.text

    async def self_test(self) -> None:
        """Run the golden pictures."""
        await self.client.post("/v1/self-test")

    def replace_scorer(self, score: Callable[[Pixels], Scores]) -> None:
        """Let another function score from now on."""
        self.change_scorer(_Double(score))

    def change_scorer(self, scorer: Scorer) -> None:
        """Let another scorer serve from now on."""
        detector = self.components.models.current().detector
        self.change_serving(detector=dataclasses.replace(detector, scorer=scorer))

    def change_serving(self, **changes: Any) -> None:  # noqa: ANN401  # whatever a fault puts in place
        """Change parts of what is served."""
        models = self.components.models
        models._serving = dataclasses.replace(models.current(), **changes)


class LateGates(Gates):
    """Gates that take so many seconds."""

    def __init__(self, gates: Gates, seconds: float) -> None:
        self._gates, self._seconds = gates, seconds

    def of(self, camera_id: str | None) -> Gate:
        return self._gates.of(camera_id)

    def judge_all(self, pictures: Sequence[Pixels], cameras: Sequence[str | None]) -> list[Gated]:
        time.sleep(self._seconds)
        return self._gates.judge_all(pictures, cameras)


class _Double:
    def __init__(self, score: Callable[[Pixels], Scores]) -> None:
        self.score = score


def constant(value: float) -> Callable[[Pixels], Scores]:
    """A scorer that gives every picture the same score."""
    return lambda pixels: np.full(len(pixels), value, np.float32)
