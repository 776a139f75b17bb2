"""``leak-inspection demo``: a drawn plant to look at, with a service of its own or against a running one."""

import argparse
import asyncio
import signal
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from service.commands import Commands
from service.commands.options import FOREVER_S, add_folders, positive, settings_of
from service.contract.artifact import Artifact, open_artifact
from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.picture import Pixels, decode
from service.simulation.drawn_plant import CAMERAS, LEAK_S, WELLS, DrawnPlant
from service.simulation.plant import SimulatedCrop
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate
from service.simulation.service_process import started_service

FRAMES_PER_S = 1.0
TIMEOUT_S = 30.0
READY_S = 60.0
STEP_S = 0.1
AGAIN_AFTER = timedelta(seconds=10)


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("demo", help="a service with a drawn plant: two cameras, a leak every minute")
    parser.add_argument("--url", help="a running service, which must not be a plant's (one of its own)")
    parser.add_argument("--key", help="sent as X-API-Key to --url; of an operator")
    parser.add_argument("--host", default="127.0.0.1", help="address its own service listens on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port its own service listens on (%(default)s)")
    add_folders(parser, "artifacts")
    parser.add_argument("--seconds", type=positive, default=FOREVER_S, help="how long (until Ctrl-C)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the plant until the time is over or Ctrl-C, then print what became of the crops.

    Raises:
        ArtifactError: there is no artefact whose good golden pictures could be drawn on.
        SetupError: the service does not start, or does not answer.
    """
    settings = settings_of(options)
    result = SimulationResult(FRAMES_PER_S * len(CAMERAS) * len(WELLS))
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_show(settings.artifacts, result, options))
    print(result.text())
    return 0 if result.verdicts else 1


async def _show(artifacts: Path, result: SimulationResult, options: argparse.Namespace) -> None:
    _end_on_sigterm()
    headers = {"x-api-key": options.key} if options.key else {}
    own = started_service(artifacts, options.host, options.port)
    async with (
        nullcontext(options.url) if options.url else own as address,
        httpx.AsyncClient(base_url=address, headers=headers, timeout=TIMEOUT_S) as client,
    ):
        plant = DrawnPlant(good_golden_pictures(open_artifact(artifacts / await _served(client))))
        print(f"open {address}/ : cameras {' and '.join(CAMERAS)}, {len(WELLS)} drawn wells each", flush=True)
        print(f"a leak every minute, the first in {LEAK_S[0]:.0f} s; Ctrl-C ends it", flush=True)
        pace = SendingRate(FRAMES_PER_S, options.seconds)
        await Sender(plant, pace, client, result, Narrator()).run()


class Narrator:
    """Prints a camera's first answer of each verdict, and again when that verdict comes back after a while."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], datetime] = {}

    def __call__(self, crop: SimulatedCrop, decision: dict[str, Any]) -> None:
        key = (crop.camera_id, decision["verdict"])
        before, self._seen[key] = self._seen.get(key), crop.captured_at
        if before is None or crop.captured_at - before > AGAIN_AFTER:
            ratio = decision["score_ratio"]
            score = "no score" if ratio is None else f"{ratio:.2f} times the threshold"
            at = f"{crop.captured_at.astimezone():%H:%M:%S}"
            verdict = f"{decision['verdict']:7}"
            print(f"{at} {crop.camera_id} {crop.well_id:>3} {verdict} {score}, {decision['reason']}", flush=True)


def good_golden_pictures(artifact: Artifact) -> list[Pixels]:
    """Pictures uint8 [H, W, 3] RGB that the artefact calls good.

    Raises:
        SetupError: it has none.
    """
    good = [golden.file for golden in artifact.manifest.golden if golden.verdict is Verdict.NO_LEAK]
    if not good:
        raise SetupError(f"{artifact.id} has no good golden picture to draw on: name other artefacts with --artifacts")
    return [decode((artifact.folder / file).read_bytes()) for file in good]


async def _served(client: httpx.AsyncClient) -> str:
    """The id of the artefact that the service serves, as soon as it is ready.

    Raises:
        SetupError: it does not answer, is not ready in time, or refuses the key.
    """
    end = asyncio.get_running_loop().time() + READY_S
    while True:
        ready, problem = await _asked(client, "/health/ready")
        if ready is not None:
            break
        if asyncio.get_running_loop().time() > end:
            raise SetupError(f"the service at {client.base_url} is not ready: {problem}")
        await asyncio.sleep(STEP_S)
    model, problem = await _asked(client, "/v1/model")
    if model is None:
        raise SetupError(f"the service at {client.base_url} does not say what it serves ({problem}): see --key")
    return str(model["artifact"])


async def _asked(client: httpx.AsyncClient, path: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON of a good answer, or None and what is wrong.

    Raises:
        SetupError: nobody listens there.
    """
    try:
        answer = await client.get(path)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise SetupError(f"no service answers at {client.base_url} ({error}): start one, or leave out --url") from error
    said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    return (said, "") if answer.is_success else (None, f"{answer.status_code} {said.get('detail', '')}".strip())


def _end_on_sigterm() -> None:
    """As on Ctrl-C, so that the service of one's own ends too."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # it runs in one
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
