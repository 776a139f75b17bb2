"""The rules that Prometheus reads: checked and tested with its own tool, each alert with its place in the runbook."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "docker" / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
SEVERITIES = {"page", "ticket", "info"}

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: make system-packages")


def alerts() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def checks(name: str) -> list[bool]:
    """Whether the alert is expected, check by check in their order, over all tests of it."""
    return [
        bool(check.get("exp_alerts"))
        for path in TESTS
        for test in yaml.safe_load(path.read_text())["tests"]
        for check in test["alert_rule_test"]
        if check["alertname"] == name
    ]


@needs_promtool
def test_prometheus_accepts_its_configuration_with_every_rule() -> None:
    done = subprocess.run(
        ["promtool", "check", "config", PROMETHEUS / "prometheus.yml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rule files found" in done.stdout


@needs_promtool
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_alerts_fire_stay_quiet_and_resolve_as_their_unit_tests_say(path: Path) -> None:
    done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_is_tested_before_it_fires_while_it_does_and_after(alert: dict[str, Any]) -> None:
    expected = checks(alert["alert"])
    assert True in expected
    first = expected.index(True)
    assert False in expected[:first]
    assert False in expected[first:]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_says_what_to_do_and_where_to_read_on(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in SEVERITIES
    assert alert["annotations"]["summary"]
    path, anchor = alert["annotations"]["runbook_url"].split("#")
    headings = re.findall(r"^## (.+)$", (ROOT / path).read_text(), re.MULTILINE)
    assert anchor == alert["alert"].lower()
    assert alert["alert"] in headings


def test_the_runbook_has_no_section_for_an_alert_that_is_gone() -> None:
    headings = re.findall(r"^## (LeakInspection.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(alert["alert"] for alert in alerts())
