"""docker-compose.yml read without an engine: which settings reach the service, and what its limits ask of a machine."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import variables
from tests.e2e.stack import compose_command

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "docker" / "config" / "service.env"
FIXED_BY_COMPOSE = {f"LEAK_INSPECTION_{name}" for name in ("PUBLISH", "HOST", "PORT", "ARTIFACTS", "DATA_DIR")}
FIXED_BY_THE_IMAGE = {"LEAK_INSPECTION_REVISION"}
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
INSPECTING = [name for name, service in SERVICES.items() if "env_file" in service]


def shipped_names() -> list[str]:
    return [line for line in SHIPPED.read_text().splitlines() if not line.startswith("#")]


def resolved(service: str, **environment: str) -> dict[str, Any]:
    """A service as compose understands it, with variables of the shell."""
    shell = {name: value for name, value in os.environ.items() if not name.startswith("LEAK_INSPECTION_")} | environment
    command = compose_command(shell)
    if not command:
        pytest.skip("needs docker compose")
    profiles = ["--profile", "replicas"]
    done = subprocess.run([*command, *profiles, "config"], cwd=ROOT, env=shell, capture_output=True, check=True)
    return dict(yaml.safe_load(done.stdout)["services"][service])


def test_the_shipped_file_hands_every_setting_on_that_is_not_fixed() -> None:
    everything = [variable for variable, _ in variables()]
    assert shipped_names() == [name for name in everything if name not in FIXED_BY_COMPOSE | FIXED_BY_THE_IMAGE]


@pytest.mark.parametrize("name", ["service", "replica-1", "replica-2", "replica-3"])
def test_each_service_that_inspects_takes_the_file_and_fixes_what_ports_and_volumes_rely_on(name: str) -> None:
    service = SERVICES[name]
    assert service["env_file"] == ["${ENV_FILE:-./docker/config/service.env}"]
    assert service["environment"].keys() >= FIXED_BY_COMPOSE
    assert None not in service["environment"].values()


def test_a_setting_of_the_shell_reaches_the_service() -> None:
    environment = resolved("service", LEAK_INSPECTION_WEBHOOK_URL="http://plant:9/a", LEAK_INSPECTION_MAX_AGE_S="7")
    assert environment["environment"]["LEAK_INSPECTION_WEBHOOK_URL"] == "http://plant:9/a"
    assert str(environment["environment"]["LEAK_INSPECTION_MAX_AGE_S"]) == "7"
    assert environment["environment"].get("LEAK_INSPECTION_KEYS_FILE") is None


def test_a_file_of_the_plant_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "service.env"
    own.write_text("LEAK_INSPECTION_ALARM_WINDOW=5\nLEAK_INSPECTION_PORT=9\nLEAK_INSPECTION_JOURNAL_MAX_BYTES\n")
    for name in ("service", "replica-1"):
        environment = resolved(name, ENV_FILE=str(own), LEAK_INSPECTION_JOURNAL_MAX_BYTES="20000000")["environment"]
        assert str(environment["LEAK_INSPECTION_ALARM_WINDOW"]) == "5"
        assert str(environment["LEAK_INSPECTION_JOURNAL_MAX_BYTES"]) == "20000000"
        assert str(environment["LEAK_INSPECTION_PORT"]) == "8000"


def test_no_limit_asks_for_more_processors_than_one_machine_may_have() -> None:
    assert INSPECTING
    for name, service in SERVICES.items():
        assert "cpus" not in service, name
        assert service.get("cpu_quota", 0) > 0 or name in {"training", "certificate"}


def test_everything_that_stays_has_limits_of_memory_and_of_its_log() -> None:
    for name, service in SERVICES.items():
        assert "mem_limit" in service, name
        if "restart" in service:
            assert service["logging"]["options"]["max-size"], name


def test_what_is_mounted_from_the_repository_exists() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith("./") or (ROOT / source).exists(), (name, source)
