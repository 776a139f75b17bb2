"""A compose project in a real container engine: built, brought up, asked, and taken down."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PRIVATE_ENGINE = ROOT.parent / "shared" / "tools" / "container-engine"
ANSWERS_WITHIN_S = 60.0

T = TypeVar("T")


class NoEngine(Exception):
    """There is nothing here that runs containers; the text says what is missing."""


@contextmanager
def container_engine(images: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the environment in which docker and a compose command work, with the images at hand.

    The docker of this machine is taken if it answers, else a private engine for tests if one lies beside the
    repository; an engine that was started here is stopped in the end.

    Raises:
        NoEngine: neither is there.
    """
    if _answers(dict(os.environ)) and compose_command(dict(os.environ)):
        yield dict(os.environ)
        return
    if not PRIVATE_ENGINE.exists():
        raise NoEngine("docker does not answer: start it, and install its compose plugin")
    environment = _private_environment()
    was_running = _answers(environment)
    subprocess.run([PRIVATE_ENGINE, "up", *images], check=True)
    try:
        yield environment
    finally:
        if not was_running:
            subprocess.run([PRIVATE_ENGINE, "down"], check=True)


def compose_command(environment: Mapping[str, str]) -> list[str]:
    """Return the compose command of this machine: v2 if it is there, else 1.29, else nothing."""
    docker = shutil.which("docker", path=environment["PATH"])
    if docker and _succeeds([docker, "compose", "version"], environment):
        return [docker, "compose"]
    standalone = shutil.which("docker-compose", path=environment["PATH"])
    return [standalone] if standalone else []


def eventually(ask: Callable[[], T | None], what: str, within_s: float = ANSWERS_WITHIN_S) -> T:
    """Ask again and again until there is an answer that is neither None nor false; fail after the deadline."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if answer := ask():
                return answer
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s} s: {what}")


class Stack:
    """One compose project with its own name, ports and image tag, so that it meets no other on this machine."""

    def __init__(self, environment: Mapping[str, str], profiles: Sequence[str] = (), **settings: str) -> None:
        self.name = f"leak-inspection-test-{os.getpid()}-{time.monotonic_ns() % 10**6}"
        self.version = f"0.0.0-test.{os.getpid()}"
        self.service_port, self.prometheus_port = free_port(), free_port()
        self._environment = {
            **environment,
            "VERSION": self.version,
            "REVISION": "0123456789abcdef",
            "CREATED": "2026-01-02T03:04:05Z",
            "LEAK_INSPECTION_PORT": str(self.service_port),
            "PROMETHEUS_PORT": str(self.prometheus_port),
            "FLEET_NET": f"10.214.{os.getpid() % 256}",
            **settings,
        }
        profile_options = [option for profile in profiles for option in ("--profile", profile)]
        self._compose = [*compose_command(environment), "-p", self.name, *profile_options]

    def compose(self, *arguments: str) -> str:
        """Run a compose command and return what it prints."""
        return self._run([*self._compose, *arguments])

    def docker(self, *arguments: str) -> str:
        """Run a docker command and return what it prints."""
        return self._run(["docker", *arguments])

    def container(self, service: str) -> str:
        """Return the id of a service's container, also of a stopped one."""
        label = f"label=com.docker.compose.service={service}"
        project = f"label=com.docker.compose.project={self.name}"
        return self.docker("ps", "--all", "--quiet", "--filter", project, "--filter", label)

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what the engine knows of a service's container."""
        return json.loads(self.docker("inspect", self.container(service)))[0]  # type: ignore[no-any-return]

    def inside(self, service: str, *command: str, stdin: str = "") -> str:
        """Run a command in a service's container and return what it prints, errors included."""
        done = subprocess.run(
            ["docker", "exec", "--interactive", self.container(service), *command],
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout + done.stderr).strip()

    def begin(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a docker command without waiting for its end."""
        return subprocess.Popen(["docker", *arguments], env=self._environment, stdout=subprocess.DEVNULL)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Ask Prometheus's query API; one entry a series, with ``metric`` and ``value``."""
        answer = httpx.get(f"http://127.0.0.1:{self.prometheus_port}/api/v1/query", params={"query": expression})
        return answer.raise_for_status().json()["data"]["result"]  # type: ignore[no-any-return]

    def value(self, expression: str) -> float:
        """Ask Prometheus for one number; 0 where it knows no such series."""
        return sum(float(series["value"][1]) for series in self.query(expression))

    def firing(self) -> set[str]:
        """Names of the alerts that fire now, as Prometheus's API tells."""
        answer = httpx.get(f"http://127.0.0.1:{self.prometheus_port}/api/v1/alerts").raise_for_status()
        return {alert["labels"]["alertname"] for alert in answer.json()["data"]["alerts"] if alert["state"] == "firing"}

    def __enter__(self) -> Self:
        """Take part in a ``with`` block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Remove containers, networks, volumes and images; what failed is told with the logs."""
        if error is not None:
            print(self.compose("logs", "--no-color", "--tail", "50"))  # noqa: T201  # pytest shows it with the failure
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")
        for image in self.docker("image", "ls", "--quiet", "--filter", f"reference=*:{self.version}").split():
            self.docker("image", "rm", "--force", image)

    def bring_up(self, *build_options: str, services: Sequence[str] = ()) -> None:
        """Build and start the services named, with what they depend on; none named, all."""
        self.compose("build", *build_options)
        self.compose("up", "-d", *services)

    def is_healthy(self, service: str) -> bool:
        """Whether a service's container passes its own check."""
        return bool(self.inspect(service)["State"]["Health"]["Status"] == "healthy")

    def ready(self) -> bool:
        """Whether the service says that it is ready."""
        return httpx.get(f"http://127.0.0.1:{self.service_port}/health/ready").is_success

    def _run(self, command: Sequence[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout.strip()


def _answers(environment: Mapping[str, str]) -> bool:
    docker = shutil.which("docker", path=environment["PATH"])
    return docker is not None and _succeeds([docker, "version", "--format", "{{.Server.Version}}"], environment)


def _succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def _private_environment() -> dict[str, str]:
    exports = subprocess.run([PRIVATE_ENGINE, "env"], check=True, capture_output=True, text=True).stdout
    environment = dict(os.environ)
    for name, value in re.findall(r"(\w+)=(\S+)", exports):
        environment[name] = value.replace("$PATH", environment["PATH"])
    return environment
