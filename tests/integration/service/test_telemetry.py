"""onnxruntime reports its use to its makers by default; a plant's network must not hear of it."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from service.contract.artifact import open_artifact
from service.inference.scorer import OnnxScorer
artifact = open_artifact(next(Path(sys.argv[1]).glob("*/")))
OnnxScorer(artifact.model_path, artifact.manifest.input)
"""
AWAIT_REPORT = """
import time
deadline = time.monotonic() + 30
while time.monotonic() < deadline and not any(path.is_file() for path in Path.home().rglob("*")):
    time.sleep(0.05)
"""


def files_left_in_home(program: str, artifacts: Path, home: Path, **environment: str) -> list[Path]:
    home.mkdir()
    plain = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    variables = plain | {"HOME": str(home)} | environment
    subprocess.run([sys.executable, "-c", program, artifacts], env=variables, check=True, capture_output=True)
    return [path for path in home.rglob("*") if path.is_file()]


def test_a_scorer_reports_to_nobody(artifacts: Path, tmp_path: Path) -> None:
    assert files_left_in_home(PROGRAM, artifacts, tmp_path / "home") == []


def test_the_check_would_see_a_report_being_prepared(artifacts: Path, tmp_path: Path) -> None:
    assert files_left_in_home(PROGRAM + AWAIT_REPORT, artifacts, tmp_path / "home", ORT_DISABLE_TELEMETRY="0") != []
