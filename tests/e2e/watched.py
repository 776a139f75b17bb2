"""A real Prometheus beside a real service, both as processes; the durations in its rules may be divided."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from tests.e2e.running_service import RunningService
from tests.e2e.stack import eventually
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "docker" / "prometheus"
SECONDS = {"s": 1, "m": 60, "h": 3600}
DURATION = re.compile(r"(?<=[\[ ])(\d+)([smh])(?=[\])\s])")
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
    """A Prometheus that asks the service twice a second and follows the rules of docker/prometheus.

    With ``haste`` 10, what the rules let take five minutes takes half a minute here.
    """

    def __init__(self, service: RunningService, haste: float = 1.0) -> None:
        self.service = service
        self._folder = service.folder / "watched"
        self._haste = haste
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start it and wait until it has found the service."""
        self._folder.mkdir()
        options = {
            "config.file": self._write_config(),
            "storage.tsdb.path": self._folder / "data",
            "web.listen-address": f"127.0.0.1:{self._port}",
            "log.level": "warn",
        }
        with (self._folder / "log").open("wb") as log:
            command = ["prometheus", *(f"--{name}={value}" for name, value in options.items())]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            eventually(lambda: httpx.get(f"{self.address}/-/ready").is_success, "Prometheus has started")
            eventually(lambda: self.value("up") == 1, "Prometheus scrapes the service")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(30)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Ask Prometheus's query API; one entry a series, with ``metric`` and ``value``."""
        return self._ask("query", query=expression)["result"]  # type: ignore[no-any-return]

    def query_range(self, expression: str, seconds: float) -> list[dict[str, Any]]:
        """Ask for the last seconds of an expression, second by second."""
        now = float(self.query("time()")[1])  # type: ignore[arg-type]  # a scalar is a pair of time and value
        return self._ask("query_range", query=expression, start=now - seconds, end=now, step=1)["result"]  # type: ignore[no-any-return]

    def first_seen(self, expression: str, after: float) -> float | None:
        """Seconds from ``after``, by the wall clock, until an expression first had a result; None: it has not."""
        found = self._ask("query_range", query=expression, start=after, end=time.time(), step=0.5)["result"]
        return min((at - after for series in found for at, _ in series["values"]), default=None)

    def value(self, expression: str) -> float:
        """Ask for one number, the sum of what Prometheus finds; 0 where it finds nothing."""
        return sum(float(series["value"][1]) for series in self.query(expression))

    def firing(self) -> list[dict[str, str]]:
        """Labels of the alerts that fire now."""
        alerts = self._ask("alerts")["alerts"]
        return [alert["labels"] for alert in alerts if alert["state"] == "firing"]

    def _ask(self, kind: str, **parameters: str | float) -> dict[str, Any]:
        answer = httpx.get(f"{self.address}/api/v1/{kind}", params=parameters, timeout=30).json()
        assert answer["status"] == "success", answer
        return answer["data"]  # type: ignore[no-any-return]

    def _write_config(self) -> Path:
        config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL}
        for path in (PROMETHEUS / "rules").glob("*.yml"):
            (self._folder / path.name).write_text(hastened(path.read_text(), self._haste))
        config["rule_files"] = [str(self._folder / "*.yml")]
        (job,) = config["scrape_configs"]
        del job["dns_sd_configs"], job["relabel_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{self.service.port}"], "labels": {"fleet": "service"}}]
        file = self._folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(config))
        return file
