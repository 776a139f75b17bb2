"""A start that is refused: exit code 2 and one line that says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import main
from service.settings import Settings

Refused = Callable[..., str]


@pytest.fixture
def refused(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Start with these arguments and variables; return the one line it says."""
    monkeypatch.setenv("LEAK_INSPECTION_ARTIFACTS", str(settings.artifacts))
    monkeypatch.setenv("LEAK_INSPECTION_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LEAK_INSPECTION_PORT", "0")

    def start(*arguments: str, **variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert main(["serve", *arguments]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    return start


def test_an_unwritable_data_folder(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "--data-dir" in refused("--data-dir", str(tmp_path / "file" / "data"))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("LEAK_INSPECTION_PORT", "many", "LEAK_INSPECTION_PORT"),
        ("LEAK_INSPECTION_MAX_IN_FLIGHT", "0", "LEAK_INSPECTION_MAX_IN_FLIGHT"),
        ("LEAK_INSPECTION_HOST", "0.0.0.0", "LEAK_INSPECTION_UNPROTECTED"),  # noqa: S104  # it must be refused
        ("LEAK_INSPECTION_KEYS_FILE", "/nowhere", "/nowhere"),
        ("LEAK_INSPECTION_CAMERAS_FILE", "/nowhere", "/nowhere"),
        ("LEAK_INSPECTION_DATABASE_URL", "mysql://host/record", "only postgresql is supported"),
        ("LEAK_INSPECTION_PROT", "1", "LEAK_INSPECTION_PROT is not a setting"),
    ],
)
def test_a_bad_environment_value(refused: Refused, variable: str, value: str, said: str) -> None:
    assert said in refused(**{variable: value})
