"""What compare does with data that cannot be learnt from: one clear line, and nothing half-written."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from service.contract.picture import Pixels
from tests.eventually import until
from tests.wells import good_well, leaking_well, write_picture, write_wells
from training.cli import main

FAST = ["--quick", "--jobs", "1", "--recipes", "conv_fc_ae_b"]
TINY = """
name = "tiny"
summary = "for tests"
epochs = 1
batch = 8
input = { height = 16, width = 24 }
model = { kind = "conv_vae", channels = [4, 8], latent_dim = 4 }
threshold = { strategy = "false_alarm_budget" }
"""
GREY = np.full((27, 48, 3), 100, np.uint8)


def write(root: Path, good: list[Pixels], leak: list[Pixels]) -> Path:
    for folder, pictures in (("train", good), ("proliv", leak)):
        (root / folder).mkdir(parents=True)
        for number, picture in enumerate(pictures):
            write_picture(root / folder / f"{number}.png", picture)
    return root


UNUSABLE = {
    "a single leak": ([good_well(seed) for seed in range(20)], [leaking_well(0)]),
    "no good wells": ([], [leaking_well(seed) for seed in range(20)]),
    "one picture only": ([good_well(0)], []),
    "all pictures equal": ([GREY] * 20, [GREY + 1] * 5),
    "every picture both good and leak": ([GREY] * 3, [GREY] * 3),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_data_that_cannot_be_learnt_from_ends_with_one_line(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path / "data", *UNUSABLE[case])
    assert main(["compare", *FAST, "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("leak-training: ")
    assert "add pictures" in last or "expected is" in last
    assert not (tmp_path / "out").exists()


def test_a_folder_that_may_be_good_or_leak_ends_before_anything_is_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_wells(tmp_path / "data", good=20, leak=4)
    (data / "proliv").rename(data / "train" / "_rejected")
    command = ["compare", *FAST, "--data", str(data), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "leak-training: good or leak? The name does not say: train/_rejected/ (4 pictures): "
        "name each with --good NAME, --leak NAME or --skip NAME"
    )
    assert not (tmp_path / "out").exists()
    assert main(["stress", "--data", str(data), "--leak", "_rejected", "--show", str(tmp_path / "sheets")]) == 0
    assert "20 good, 4 leak" in capsys.readouterr().err


def test_pictures_that_the_service_would_refuse_end_before_anything_is_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dark = [(good_well(seed) // 16).astype(np.uint8) for seed in range(20)]
    data = write(tmp_path / "data", dark, [])
    assert main(["compare", *FAST, "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    assert "most as input_black" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_may_not_be_written_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_wells(tmp_path / "data", good=20, leak=4)
    (tmp_path / "out").write_text("a file is in the way")
    assert main(["compare", *FAST, "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    assert "leak-training: " in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond 2 kB, which ends like a disk without space."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("command", ["fit", "stress"])
def test_a_full_disk_ends_with_one_line_and_no_half_file(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    data = write_wells(tmp_path / "data", good=20, leak=4)
    (tmp_path / "tiny.toml").write_text(TINY)
    out = tmp_path / "out"
    request.getfixturevalue("full_disk")
    options = {
        "fit": ["--recipe", str(tmp_path / "tiny.toml"), "--out", str(out / "w.pt")],
        "stress": ["--show", str(out)],
    }
    assert main([command, "--data", str(data), *options[command]]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"leak-training: {out}")
    assert "File too large" in last
    assert list(out.iterdir()) == []


def test_a_loss_that_is_no_number_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_wells(tmp_path / "data", good=20, leak=4)
    (tmp_path / "tiny.toml").write_text(TINY + 'loss = { reduction = "sum", kl_weight = 1e300 }')
    weights = tmp_path / "w.pt"
    assert main(["fit", "--recipe", str(tmp_path / "tiny.toml"), "--data", str(data), "--out", str(weights)]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("leak-training: tiny: the loss is nan in epoch 1")
    assert not weights.exists()


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_artefact(tmp_path: Path) -> None:
    data = write_wells(tmp_path / "data", good=60, leak=6)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "training", "compare", "--data", str(data), "--out", str(out), "--jobs", "1"]
    command += ["--seeds", "32", "--recipes", "dense_ae"]
    command = ["env", "--default-signal=INT", *command]  # who was started in the background ignores it
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        until(lambda: list(out.glob(".compare/*/results/*.json")), patience_s=400)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: its workers hear it, too
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.decode().splitlines()[-1] == (
        "leak-training: interrupted; finished fits are kept, the same command resumes"
    )
    assert "Traceback" not in errors.decode()
    assert list(out.glob(".compare/*/results/*.json"))
    assert [path.name for path in out.iterdir()] == [".compare"]
