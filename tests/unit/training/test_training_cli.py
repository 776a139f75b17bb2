"""The command line before any command runs: what it loads, and what it refuses."""

import subprocess
import sys

import pytest

from training.cli import main

HEAVY = {"torch", "sklearn", "scipy", "matplotlib", "cv2", "onnx", "onnxruntime"}
HELP = """
import contextlib, sys
from training.cli import main
with contextlib.suppress(SystemExit):
    main(["--help"])
print(*sys.modules, file=sys.stderr)
"""


def test_help_loads_nothing_heavy() -> None:
    shown = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert "compare" in shown.stdout
    assert HEAVY & set(shown.stderr.split()) == set()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["compare", "--data", "x", "--seeds", "33"], "'33' is no whole number from 1 to 32"),
        (["compare", "--data", "x", "--jobs", "many"], "'many' is no whole number from 1 to 256"),
        (["fit", "--data", "x", "--recipe", "r", "--out", "w", "--seed", "-1"], "'-1' is no whole number"),
        (["recalibrate", "a", "--data", "x", "--strategy", "best"], "false_alarm_budget"),
        (["evaluate", "a", "--data", "x", "--split", "half"], "calibration"),
    ],
)
def test_a_wrong_option_is_told_what_it_may_be(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


@pytest.mark.parametrize(
    ("record", "named"), [("absent", "there is no folder absent"), (".", "nothing is served from")]
)
def test_what_improve_cannot_begin_with_is_named(record: str, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["improve", "--record", record, "--data", "x", "--out", "absent"]) == 2
    assert named in capsys.readouterr().err
