"""The programs of docs/cameras.md, run as they stand there."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running_service import RunningService
from tests.pictures import jpeg
from tests.wells import good_well

DOCUMENT = Path(__file__).parents[3] / "docs" / "cameras.md"
RUN = {
    "sh": ("sh", "camera.sh"),
    "python": (sys.executable, "camera.py"),
    "js": ("node", "camera.mjs"),
    "java": ("java", "Camera.java"),
}
PROGRAMS = [block for block in re.findall(r"```(\w+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if block[0] in RUN]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("cameras")) as running:
        yield running


@pytest.mark.parametrize(("language", "program"), PROGRAMS, ids=[language for language, _ in PROGRAMS])
def test_a_program_finds_good_wells_good_and_alarms_when_nobody_answers(
    service: RunningService, tmp_path: Path, language: str, program: str
) -> None:
    interpreter, name = RUN[language]
    if shutil.which(interpreter) is None:
        pytest.skip(f"{interpreter} is not installed")
    for seed, well in enumerate(("12a", "12b")):
        (tmp_path / f"{well}.jpg").write_bytes(jpeg(good_well(seed)))

    def said(address: str) -> str:
        (tmp_path / name).write_text(program.replace("http://127.0.0.1:8000", address))
        done = subprocess.run(
            (interpreter, name), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        return done.stdout.lower()

    answer = said(service.address)
    assert '"alarm":false' in answer if language == "sh" else set(answer.split()) == {"false"}
    unanswered = said("http://127.0.0.1:9")
    assert unanswered == "" if language == "sh" else set(unanswered.split()) == {"true"}
