"""The real service as a process of its own, for tests that look at it through a browser."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

from service.contract.picture import Pixels
from tests.pictures import jpeg
from tests.small_artifact import write_artifact

Json = dict[str, Any]

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0


class RunningService:
    """Serves the small artefact from a folder; keeps its port when it is started again.

    Unless a setting says otherwise equal pictures freeze nobody, since a test that is tried again sends its own again.
    """

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.port = 0
        settings = {"frozen_after_s": 3600} | settings
        self._settings = {f"LEAK_INSPECTION_{name.upper()}": str(value) for name, value in settings.items()}
        write_artifact(folder / "artifacts")
        (folder / "data").mkdir()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def metrics(self, prefix: str) -> list[str]:
        """The lines of metrics that begin like that."""
        text = httpx.get(f"{self.address}/metrics").text
        return [line for line in text.splitlines() if line.startswith(prefix)]

    def start(self) -> None:
        """Start and return when it is ready."""
        folders = ("--artifacts", str(self.folder / "artifacts"), "--data-dir", str(self.folder / "data"))
        self._process = subprocess.Popen(
            (sys.executable, "-m", "service.cli", "serve", "--port", str(self.port), *folders),
            env=os.environ | self._settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().split()[3].rpartition(":")[2])
        self._await_ready()

    def kill(self) -> None:
        """End it without a farewell."""
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def terminate(self) -> int:
        """Ask it to stop, as an orchestrator does; return its exit code, which must come within ``STOP_TIMEOUT_S``."""
        self._process.terminate()
        return self._process.wait(timeout=STOP_TIMEOUT_S)

    def freeze(self) -> None:
        """Let it hang: connections stay open, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def post(self, picture: Pixels, key: str | None = None, **labels: str) -> Json:
        """Have a picture judged; return the decision."""
        headers = {} if key is None else {"X-API-Key": key}
        answer = httpx.post(f"{self.address}/v1/inspect", params=labels, content=jpeg(picture), headers=headers)
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]  # a decision

    def read(self, path: str) -> Json:
        """GET as JSON."""
        answer = httpx.get(f"{self.address}{path}")
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]  # an object

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.address}/health/live").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise TimeoutError("the service did not start")
