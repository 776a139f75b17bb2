"""onnxruntime reports its use to its makers by default; a plant's network must not hear of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TELL_SWITCH_AT_IMPORT = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            print(os.environ.get("ORT_DISABLE_TELEMETRY"))
sys.meta_path.insert(0, Watch())
import service.contract.scorer
"""
LOAD_SCORER = """
import sys
from pathlib import Path
from service.contract.artifact import open_artifact
from service.contract.scorer import OnnxScorer
artifact = open_artifact(next(Path(sys.argv[1]).glob("*/")))
OnnxScorer(artifact.model_path, artifact.manifest.input)
"""
AWAIT_REPORT = """
import time
deadline = time.monotonic() + 10
while time.monotonic() < deadline and not any(path.is_file() for path in Path.home().rglob("*")):
    time.sleep(0.05)
"""


def run(program: str, *arguments: Path, **environment: str) -> str:
    """What a fresh interpreter prints that runs the program, the switch being set by `environment` alone."""
    plain = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, env=plain | environment, check=True, capture_output=True, text=True).stdout


def files_left_in_home(program: str, artifacts: Path, home: Path, **environment: str) -> list[Path]:
    home.mkdir()
    run(program, artifacts, HOME=str(home), **environment)
    return [path for path in home.rglob("*") if path.is_file()]


def test_reports_are_switched_off_before_onnxruntime_is_loaded() -> None:
    assert run(TELL_SWITCH_AT_IMPORT).splitlines()[:1] == ["1"]


def test_the_switch_can_be_chosen_by_the_environment() -> None:
    assert run(TELL_SWITCH_AT_IMPORT, ORT_DISABLE_TELEMETRY="0").splitlines()[:1] == ["0"]


def test_a_scorer_prepares_no_report(artifacts: Path, tmp_path: Path) -> None:
    if not files_left_in_home(LOAD_SCORER + AWAIT_REPORT, artifacts, tmp_path / "open", ORT_DISABLE_TELEMETRY="0"):
        pytest.skip("onnxruntime prepares no report on this machine even when it may: nothing could be seen")
    assert files_left_in_home(LOAD_SCORER, artifacts, tmp_path / "home") == []
