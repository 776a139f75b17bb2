"""KServe's client works with the service unchanged; it cannot share our environment."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.foreign_environments import python_with
from tests.pictures import jpeg
from tests.served_service import served
from tests.wells import good_well, leaking_well

CLIENT = Path(__file__).parents[3] / "foreign_clients" / "kserve_client.py"


@pytest.mark.timeout(600)
def test_kserves_client_judges_pictures_as_bytes_and_as_base64(tmp_path: Path) -> None:
    python = python_with("kserve==0.21.0")
    pictures = {"good": jpeg(good_well(1)), "none": b"no picture", "leak": jpeg(leaking_well(1))}
    for name, content in pictures.items():
        (tmp_path / name).write_bytes(content)
    with served(tmp_path, oip={"enabled": True}) as address:
        files = [str(tmp_path / name) for name in pictures]
        command = [str(python), str(CLIENT), f"http://{address}", *files]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert said["ready"] == [True, True, True]
    for answer in said["answers"]:
        assert answer["verdict"] == ["no_leak", "unknown", "leak"]
        assert answer["alarm"] == [False, True, True]
    assert "pixels: shape [N, height, width, 3]" in said["refused"]
