"""``leak-inspection doctor``: a line a check, an exit code, JSON."""

import json

import pytest

from service.cli import main
from service.settings import Settings
from tests.ports import free_port

CHECKS = ["port", "modbus", "grpc", "opcua", "clock", "data folder", "disk", "keys", "artefact", "cameras"]
CHECKS += ["commissioning", "stored state", "prometheus", "postgresql", "webhook", "mqtt"]


def folders(settings: Settings) -> list[str]:
    return ["--data-dir", str(settings.data_dir), "--artifacts", str(settings.artifacts)]


def test_a_sound_place_is_a_line_a_check_and_exit_code_0(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK_INSPECTION_PORT", str(free_port()))
    assert main(["doctor", *folders(settings)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[8:].partition(":")[0] for line in lines] == CHECKS


def test_a_missing_artefact_is_exit_code_1_and_says_what_to_do(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK_INSPECTION_PORT", str(free_port()))
    (settings.artifacts / "active.json").unlink()
    assert main(["doctor", "--json", *folders(settings)]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["healthy"] is False
    (broken,) = [one for one in said["checks"] if one["state"] == "failed"]
    assert broken["check"] == "artefact"
    assert broken["remedy"]
