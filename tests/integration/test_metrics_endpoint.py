"""What /metrics says: well formed by Prometheus's own check, and all that rules, dashboard and runbook speak of."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Serve

ROOT = Path(__file__).resolve().parents[2]
READERS = [
    *(ROOT / "docker" / "prometheus" / "rules").glob("*.yml"),
    *(ROOT / "docker" / "grafana").rglob("*.json"),
    *(ROOT / "docker" / "kubernetes" / "keda").glob("*.yaml"),
    ROOT / "docs" / "runbook.md",
]
RECORDED = re.compile(r"record: (\S+)")
NAME = re.compile(r"(?<![\w:])(?:[a-z_]+:)?(?:leak_inspection|process|python)_[a-z0-9_:]+(?![\w:.])")
CAMERAS = '[cameras.cam-1]\ninterval_s = 1.0\nwells = ["1a"]\n'


@pytest.fixture
async def exposition(serve: Serve, tmp_path: Path) -> str:
    cameras = tmp_path / "cameras.toml"
    cameras.write_text(CAMERAS)
    async with serve(cameras_file=cameras) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.text


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: make system-packages")
def test_prometheus_has_no_remark_on_the_live_endpoint(exposition: str) -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=exposition, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.name)
def test_every_metric_that_is_spoken_of_is_on_the_live_endpoint(path: Path, exposition: str) -> None:
    families = list(text_string_to_metric_families(exposition))
    known = {sample.name for family in families for sample in family.samples}
    known |= {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    known |= {name for rules in READERS for name in RECORDED.findall(rules.read_text())}
    spoken_of = set(NAME.findall(path.read_text()))
    assert spoken_of
    assert spoken_of <= known


def test_the_objective_is_an_exact_boundary_of_the_histogram(exposition: str) -> None:
    assert 'leak_inspection_request_duration_seconds_bucket{le="0.05"}' in exposition


def test_every_value_of_a_bounded_label_stands_there_before_anything_happened(exposition: str) -> None:
    for series in (
        'requests_total{code="503"}',
        'decisions_total{camera_id="cam-1",verdict="leak"}',
        'decisions_total{camera_id="other",verdict="unknown"}',
        'input_faults_total{camera_id="cam-1",fault="frozen"}',
        'shed_requests_total{reason="queue_full"}',
        'alarms_total{camera_id="cam-1"}',
        'drift_limit_ratio{camera_id="cam-1",figure="brightness"}',
    ):
        assert f"leak_inspection_{series} 0.0" in exposition


def test_the_interpreter_and_the_process_are_watched_too(exposition: str) -> None:
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "python_gc_collections_total"):
        assert f"\n{name}" in exposition
