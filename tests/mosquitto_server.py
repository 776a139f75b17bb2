"""A real mosquitto of this machine on a loopback port, and mosquitto_sub, which hears what it is told."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.eventually import until
from tests.ports import free_port

USER, PASSWORD = "leaks", "of-the-broker"


class NoMosquitto(Exception):
    """mosquitto cannot run here; the text says what is missing."""


def program(name: str) -> str:
    """The path of one of mosquitto's programs."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise NoMosquitto(f"{name} is not installed: make system-packages")
    return found


class Heard(NamedTuple):
    """One message as mosquitto_sub got it."""

    retained: bool
    topic: str
    payload: str


class MosquittoServer:
    """A broker with persistence; with ``secured`` it wants TLS and a password."""

    def __init__(self, *, secured: bool = False) -> None:
        self._program = program("mosquitto")
        self.folder = Path(tempfile.mkdtemp(prefix="leak-mosquitto-"))
        self.port = free_port()
        self.secured = secured
        lines = [f"listener {self.port} 127.0.0.1", "persistence true", f"persistence_location {self.folder}/"]
        lines += [f"allow_anonymous {str(not secured).lower()}", "max_queued_messages 0", "user root"]
        if secured:
            self._make_secrets()
            lines += [f"password_file {self.folder}/passwords"]
            lines += [f"certfile {self.folder}/broker.crt", f"keyfile {self.folder}/broker.key"]
        (self.folder / "mosquitto.conf").write_text("\n".join([*lines, ""]))
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path:
        return self.folder / "broker.crt"

    @property
    def url(self) -> str:
        return f"{'mqtts' if self.secured else 'mqtt'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when it takes connections."""
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen([self._program, "-c", str(self.folder / "mosquitto.conf")], stderr=log)
        log.close()
        self._starts += 1
        until(self.log, lambda log: log.count(" running\n") >= self._starts)

    def stop(self) -> None:
        """End it, so that it saves what it holds."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    @contextmanager
    def listener(self, topic: str, *options: str) -> Iterator["Listener"]:
        """A mosquitto_sub on a topic."""
        command = [program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", topic]
        command += ["-F", "%r %t %p", *options]
        if self.secured:
            command += ["--cafile", str(self.certificate), "-u", USER, "-P", PASSWORD]
        with tempfile.TemporaryFile(dir=self.folder) as heard:
            process = subprocess.Popen(command, stdout=heard, stderr=subprocess.STDOUT)
            try:
                yield Listener(heard.fileno())
            finally:
                process.terminate()
                process.wait(10)

    def _make_secrets(self) -> None:
        (self.folder / "passwords").touch(mode=0o600)
        subprocess.run([program("mosquitto_passwd"), "-b", self.folder / "passwords", USER, PASSWORD], check=True)
        key: list[str | Path] = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec"]
        key += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=broker", "-addext"]
        key += ["subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "broker.key", "-out", self.certificate]
        subprocess.run(key, check=True, capture_output=True)


class Listener:
    """What has been heard so far."""

    def __init__(self, file: int) -> None:
        self._file = file

    def heard(self) -> list[Heard]:
        text = Path(f"/proc/self/fd/{self._file}").read_text()
        lines = [
            line.split(" ", 2) for line in text.rpartition("\n")[0].splitlines()
        ]  # the last one may be half written
        return [Heard(retained == "1", topic, payload) for retained, topic, payload in lines]

    def until(self, count: int, leaf: str = "") -> list[Heard]:
        """Wait for as many messages to topics with that end."""
        return until(
            lambda: [message for message in self.heard() if message.topic.endswith(leaf)],
            lambda found: len(found) >= count,
        )


@contextmanager
def mosquitto(*, secured: bool = False) -> Iterator[MosquittoServer]:
    """A broker that runs; a test that needs it is skipped where mosquitto is missing."""
    try:
        server = MosquittoServer(secured=secured)
    except NoMosquitto as reason:
        pytest.skip(str(reason))
    try:
        server.start()
        yield server
    finally:
        server.remove()
