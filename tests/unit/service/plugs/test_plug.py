"""A plug that breaks is an incident and is started again."""

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest

from service.contract.errors import SetupError
from service.plugs.plug import RunningPlug


class BreakingPlug:
    """Fails as often as it is told to, then serves."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.failed = asyncio.Event()
        self.serving = asyncio.Event()
        self.go_on = asyncio.Event()

    async def run(self, serves: Callable[[], None]) -> None:
        if self._failures:
            self.failed.set()
            await self.go_on.wait()
            raise self._failures.pop(0)
        serves()
        self.serving.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("failure", [SetupError("the port is taken"), ValueError("a bug"), OSError("no network")])
async def test_what_breaks_a_plug_is_an_incident_until_it_serves_again(failure: Exception) -> None:
    plug = BreakingPlug(failure, failure)
    running = RunningPlug("modbus", plug.run, first_retry_s=0.001)
    task = asyncio.create_task(running.keep_running())
    await plug.failed.wait()
    assert running.problems() == {}
    plug.failed.clear()
    plug.go_on.set()
    await plug.failed.wait()
    assert str(failure) in running.problems()["modbus"]
    await plug.serving.wait()
    assert running.problems() == {}
    task.cancel()


def test_the_application_without_plugs_loads_no_library_of_theirs() -> None:
    extras = {"pymodbus", "aiomqtt", "paho", "asyncua", "av", "grpc", "google"}
    loaded = f"import sys, service.app; print(sorted({extras} & {{name.partition('.')[0] for name in sys.modules}}))"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
