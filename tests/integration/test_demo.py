"""The drawn plant against the artefact that is served, and the command that shows it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from service.commands.demo import good_golden_pictures
from service.contract.artifact import open_artifact, read_active
from service.contract.detector import Detector, open_detector
from service.contract.picture import decode
from service.simulation.drawn_plant import CAMERAS, DrawnPlant, DrawnRound

ARTIFACTS = Path(__file__).parents[2] / "model_artifacts"
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def detector() -> Detector:
    return open_detector(open_artifact(ARTIFACTS / read_active(ARTIFACTS)))


@pytest.fixture(scope="module")
def plant() -> DrawnPlant:
    return DrawnPlant(good_golden_pictures(open_artifact(ARTIFACTS / read_active(ARTIFACTS))))


def verdicts(detector: Detector, plant: DrawnPlant, at_s: float, camera_id: str) -> list[str]:
    crops = plant.frame(camera_id, 0, at_s)
    return [found.verdict.value for found in detector.judge_all([decode(crop.image) for crop in crops])]


@pytest.mark.parametrize("camera_id", CAMERAS)
def test_the_served_artefact_passes_every_drawn_good_well(
    detector: Detector, plant: DrawnPlant, camera_id: str
) -> None:
    for _ in range(5):
        assert set(verdicts(detector, plant, 0, camera_id)) == {"no_leak"}


@pytest.mark.parametrize("second", [20, 25, 37])
def test_the_served_artefact_finds_every_drawn_leak_and_calls_nothing_else_one(
    detector: Detector, plant: DrawnPlant, second: float
) -> None:
    for minute in range(6):
        drawn = DrawnRound(minute)
        found = verdicts(detector, plant, 60 * minute + second, drawn.camera_id)
        assert [index for index, verdict in enumerate(found) if verdict == "leak"] == [drawn.leaking_well]


def test_wells_in_drawn_steam_are_unknown(detector: Detector, plant: DrawnPlant) -> None:
    for minute in range(6):
        drawn = DrawnRound(minute)
        found = verdicts(detector, plant, 60 * minute + 44, drawn.steamed_camera_id)
        happening = [bool(drawn.happenings(drawn.steamed_camera_id, index, 44)) for index in range(len(found))]
        assert found == ["unknown" if steam else "no_leak" for steam in happening]


def test_the_demo_starts_a_service_shows_the_plant_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ended = demo("--port", "0", "--seconds", "1.5", TMPDIR=str(tmp_path), LEAK_INSPECTION_KEYS_FILE="/nowhere")
    assert ended.returncode == 0, ended.stderr
    (address,) = re.findall(r"open (http://127.0.0.1:\d+)/ ", ended.stdout)
    assert re.search(r"demo-1 +1a no_leak .* times the threshold", ended.stdout)
    assert re.search(r"verdicts +\d+ no_leak", ended.stdout)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "name another with --port" in refused(demo("--port", str(taken.getsockname()[1])))


def test_a_service_that_is_not_there_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "no service answers" in refused(demo("--url", f"http://127.0.0.1:{port}"))
    assert "no service answers" in refused(demo("--url", "nonsense"))


def demo(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "service.cli", "demo", "--artifacts", str(ARTIFACTS), *options)
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )


def refused(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that it ended with."""
    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 2
    return line
