"""A real service with a real Prometheus beside it, both as processes; Prometheus's clock may run faster."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from tests.e2e.stack import eventually, free_port

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "docker" / "prometheus"
SECONDS = {"s": 1, "m": 60, "h": 3600}
DURATION = re.compile(r"(?<=[\[ ])(\d+)([smh])(?=[\]\s])")
SCRAPE_INTERVAL = "500ms"


def has_prometheus() -> bool:
    """Whether this machine can run one."""
    return shutil.which("prometheus") is not None


def hastened(rules: str, haste: float) -> str:
    """Divide every duration in Prometheus's rules: what takes five minutes takes ``5 / haste`` minutes.

    >>> hastened("expr: rate(x[5m]) > 0\\nfor: 30s\\n", 10)
    'expr: rate(x[30s]) > 0\\nfor: 3s\\n'
    """
    return DURATION.sub(lambda match: f"{round(int(match[1]) * SECONDS[match[2]] / haste)}s", rules)


class Watched:
    """The service on a free port with the settings given, scraped twice a second by the rules of docker/prometheus."""

    def __init__(self, folder: Path, settings: Mapping[str, str], haste: float = 1.0) -> None:
        self._folder = folder
        self._settings = dict(settings)
        self._haste = haste
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port, self.prometheus_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start both and wait until the first scrape has succeeded."""
        self._start_service()
        self._start_prometheus()
        eventually(lambda: self.value("up") == 1, "Prometheus scrapes the service")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait(30)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Ask Prometheus's query API; one entry a series, with ``metric`` and ``value``."""
        return self._ask("query", query=expression)["result"]  # type: ignore[no-any-return]

    def query_range(self, expression: str, seconds: float) -> list[dict[str, Any]]:
        """Ask for the last seconds of an expression, second by second."""
        now = float(self.query("time()")[1])  # type: ignore[arg-type]  # a scalar is a pair of time and value
        return self._ask("query_range", query=expression, start=now - seconds, end=now, step=1)["result"]  # type: ignore[no-any-return]

    def value(self, expression: str) -> float:
        """Ask for one number, the sum of what Prometheus finds; 0 where it finds nothing."""
        return sum(float(series["value"][1]) for series in self.query(expression))

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        answer = httpx.get(f"http://127.0.0.1:{self.prometheus_port}/api/v1/alerts").raise_for_status()
        return {alert["labels"]["alertname"] for alert in answer.json()["data"]["alerts"] if alert["state"] == "firing"}

    def _ask(self, kind: str, **parameters: str | float) -> dict[str, Any]:
        address = f"http://127.0.0.1:{self.prometheus_port}/api/v1/{kind}"
        answer = httpx.get(address, params=parameters).json()
        assert answer["status"] == "success", answer
        return answer["data"]  # type: ignore[no-any-return]

    def _start_service(self) -> None:
        settings = {f"LEAK_INSPECTION_{name.upper()}": value for name, value in self._settings.items()}
        command = [sys.executable, "-m", "service.cli", "serve", "--port", str(self.port)]
        self._start(command, os.environ | settings)
        eventually(lambda: httpx.get(f"{self.url}/health/ready").is_success, "the service is ready")

    def _start_prometheus(self) -> None:
        config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL}
        rules = self._folder / "rules"
        rules.mkdir()
        for path in (PROMETHEUS / "rules").glob("*.yml"):
            (rules / path.name).write_text(hastened(path.read_text(), self._haste))
        config["rule_files"] = [str(rules / "*.yml")]
        (job,) = config["scrape_configs"]
        del job["dns_sd_configs"], job["relabel_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{self.port}"], "labels": {"fleet": "service"}}]
        file = self._folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(config))
        options = {
            "config.file": file,
            "storage.tsdb.path": self._folder / "prometheus",
            "web.listen-address": f"127.0.0.1:{self.prometheus_port}",
            "log.level": "warn",
        }
        self._start(["prometheus", *(f"--{name}={value}" for name, value in options.items())], os.environ)

    def _start(self, command: list[str], environment: Mapping[str, str]) -> None:
        with (self._folder / f"{Path(command[0]).name}.log").open("wb") as log:
            self._processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
