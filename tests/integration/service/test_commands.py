"""The commands that need no running service."""

import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest

from service.cli import main
from service.contract.artifact import MODEL, read_active
from service.settings import Settings
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest
from tests.wells import good_well, leaking_well


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, Path]:
    """A good well and a leak as files."""
    good, leak = tmp_path / "good.jpg", tmp_path / "leak.jpg"
    good.write_bytes(jpeg(good_well(1)))
    leak.write_bytes(jpeg(leaking_well(1)))
    return good, leak


def test_inspect_prints_a_verdict_a_file_and_fails_on_a_leak(
    artifacts: Path, pictures: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, leak = map(str, pictures)
    assert main(["inspect", "--artifacts", str(artifacts), good]) == 0
    assert main(["inspect", "--artifacts", str(artifacts), good, leak, __file__]) == 1
    verdicts = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert verdicts == ["no_leak", "no_leak", "leak", "unknown"]


def test_verdicts_that_nobody_reads_end_without_a_trace_and_without_saying_good(
    artifacts: Path, pictures: tuple[Path, Path]
) -> None:
    command = (sys.executable, "-m", "service.cli", "inspect", "--artifacts", str(artifacts), str(pictures[0]))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, "")


def test_inspect_names_a_file_that_is_not_there(artifacts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--artifacts", str(artifacts), "nowhere.jpg"]) == 2
    assert "nowhere.jpg" in capsys.readouterr().err


def test_verify_passes_a_whole_artefact_and_tells_a_changed_one(
    artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = artifacts / read_active(artifacts)
    assert main(["verify", str(folder)]) == 0
    rewrite_manifest(folder, threshold={"value": 1e-9, "strategy": "decision_stump"})
    assert main(["verify", str(folder)]) == 1
    (folder / MODEL).write_bytes(b"x")
    assert main(["verify", str(folder)]) == 2
    assert "checksum" in capsys.readouterr().err


def test_the_alarm_budget_is_computed_and_senseless_rules_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alarm-budget", "-k", "1", "-n", "1", "--rate", "0.001"]) == 0
    assert "1.01e+03 false alarms per camera and hour" in capsys.readouterr().out
    assert main(["alarm-budget", "-k", "3", "-n", "2"]) == 2
    assert main(["alarm-budget", "--rate", "2"]) == 2


async def test_a_leak_is_replayed_to_the_last_bit_and_the_journal_is_copied(
    serve: Serve, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve() as client:
        answer = await client.post(
            "/v1/inspect/batch", files=[("files", jpeg(leaking_well(seed))) for seed in range(5)]
        )
    ids = [result["decision_id"] for result in answer.json()["results"]]
    where = ["--data-dir", str(settings.data_dir)]
    assert await to_thread(main, ["replay", *ids, *where, "--artifacts", str(settings.artifacts)]) == 0
    assert capsys.readouterr().out.count("equal") == 5
    assert await to_thread(main, ["backup", str(tmp_path / "copy.sqlite3"), *where]) == 0
    assert await to_thread(main, ["backup", str(tmp_path / "copy.sqlite3"), *where]) == 2
    assert await to_thread(main, ["replay", "nobody", *where]) == 2


async def test_reviewed_pictures_are_exported(serve: Serve, settings: Settings, tmp_path: Path) -> None:
    async with serve() as client:
        decision = (await client.post("/v1/inspect", content=jpeg(leaking_well(1)))).json()
        form = {"verdict": "leak", "reviewer": "Anna", "comment": "<b>"}
        assert (await client.post(f"/v1/decisions/{decision['decision_id']}/review", json=form)).status_code == 201
    out = tmp_path / "reviews"
    assert await to_thread(main, ["export-reviews", str(out), "--data-dir", str(settings.data_dir)]) == 0
    assert len(list((out / "pictures").iterdir())) == 1


def test_without_a_journal_the_data_folder_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "x", "--data-dir", str(tmp_path)]) == 2
    assert "--data-dir" in capsys.readouterr().err
