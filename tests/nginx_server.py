"""The shipped configuration run by a real nginx of this machine, in front of replicas on loopback ports."""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.ports import free_port

SHIPPED = Path(__file__).resolve().parents[1] / "docker" / "nginx"
START_TIMEOUT_S = 10.0

Command = list[str | Path]


class NoNginx(Exception):
    """nginx cannot run here; the text says what is missing."""


class NginxServer:
    """One nginx in a temporary folder, with a certificate that nobody has signed.

    Args:
        replicas: a port for each replica of the configuration, in their order.
        main: the file to start with.
        changes: what to write instead of some words of the shipped files.
        added: more files, by their names.
    """

    def __init__(
        self,
        replicas: Sequence[int] = (),
        main: str = "nginx.conf",
        changes: Mapping[str, str] | None = None,
        added: Mapping[str, str] | None = None,
    ) -> None:
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if program is None:
            raise NoNginx("nginx is not installed: make system-packages")
        self._folder = Path(tempfile.mkdtemp(prefix="leak-nginx-"))
        self._port = free_port()
        _make_certificate(self._folder)
        files = {path.name: path.read_text() for path in SHIPPED.glob("*.conf")} | dict(added or {})
        for name, text in files.items():
            (self._folder / name).write_text(self._moved(text, replicas, changes or {}))
        self._scheme = "https" if " ssl;" in (self._folder / main).read_text() else "http"
        alone = "daemon off; master_process off;"
        command: Command = [program, "-p", self._folder, "-c", self._folder / main, "-g", alone]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{self._scheme}://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        return (self._folder / "log").read_text()

    def __enter__(self) -> Self:
        """Return when it takes connections."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return self
            time.sleep(0.02)
        self.__exit__()
        raise AssertionError(f"nginx did not start: {self.log}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _moved(self, text: str, replicas: Sequence[int], changes: Mapping[str, str]) -> str:
        """The same words with folders and ports of this server alone."""
        moves = {f"replica-{number}:8000": f"127.0.0.1:{port}" for number, port in enumerate(replicas, start=1)}
        for old, new in {**changes, **moves}.items():
            text = text.replace(old, new)
        text = re.sub(r"listen (8443|8080)", f"listen 127.0.0.1:{self._port}", text)
        return re.sub(r"(?<=[ :])/(tmp|tls)/", f"{self._folder}/", text)


def _make_certificate(folder: Path) -> None:
    key: Command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names: Command = ["-subj", "/CN=leak-inspection", "-addext", "subjectAltName=IP:127.0.0.1"]
    paths: Command = ["-keyout", folder / "tls.key", "-out", folder / "tls.crt"]
    subprocess.run([*key, *names, *paths], check=True, capture_output=True)
