"""A service of one's own to show something on: a process with a record in a temporary folder that goes with it."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from service.contract.errors import SetupError
from service.settings import PREFIX

START_S = 60.0
STOP_S = 15.0
LOG_FILE = "service.log"
NEVER_S = 86_400


@asynccontextmanager
async def started_service(artifacts: Path, host: str, port: int) -> AsyncIterator[str]:
    """Start ``leak-inspection serve`` and yield the address it listens on; stop it at the end.

    Settings of the environment do not reach it: it must not write into a plant's database or post to its webhook.

    Raises:
        SetupError: it ended at once; says why, in its own words.
    """
    with TemporaryDirectory(prefix="leak-inspection-demo-") as name:
        folder = Path(name)
        place = ("--host", host, "--port", str(port), "--artifacts", str(artifacts), "--data-dir", name)
        with (folder / LOG_FILE).open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "service.cli", "serve", *place),
                env=_environment(),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
            )
        try:
            address = await _address(process)
            if address is None:
                lines = (folder / LOG_FILE).read_text(errors="replace").splitlines() or ["it said nothing"]
                raise SetupError(f"the service did not start: {lines[-1].removeprefix('leak-inspection: ')}")
            yield address
        finally:
            await _stop(process)


def _environment() -> dict[str, str]:
    """Drawn wells are not watched for drift: what is drawn from averages is unlike every single well."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return own | {f"{PREFIX}DRIFT_SPACING_S": str(NEVER_S)}


async def _address(process: Process) -> str | None:
    """Where it says it listens, the word behind "on" in its first line; None where it ended or says nothing."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    with suppress(TimeoutError):
        line = (await asyncio.wait_for(process.stdout.readline(), START_S)).decode()
        if line:
            return line.partition(" on ")[2].split()[0]
        await process.wait()
    return None


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
