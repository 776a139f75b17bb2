"""Checks of artefact, keys, cameras and their clocks."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact, read_active, write_active
from service.diagnosis.finding import Finding, State
from service.diagnosis.judging import check_artifact, check_cameras, check_keys, check_stored_state
from service.judging.active_choice import CHOICE
from service.judging.armings import ARMINGS, Armings
from service.monitoring.cameras_file import CameraThreshold, read_cameras
from service.settings import Settings
from tests.armings import an_arming
from tests.conftest import Serve
from tests.frames import drawn_frame, moved, png, write_cameras
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well


def cameras(settings: Settings, path: Path | None) -> dict[str, Finding]:
    """The findings on cameras, by check."""
    return {one.check: one for one in check_cameras(settings.model_copy(update={"cameras_file": path}))}


def test_a_whole_artefact_is_fine_and_a_damaged_one_is_not(settings: Settings) -> None:
    assert check_artifact(settings).state is State.OK
    model = settings.artifacts / read_active(settings.artifacts) / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1])
    assert check_artifact(settings).state is State.FAILED


def test_keys_are_judged_by_their_roles_and_by_who_can_read_them(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    keyed = settings.model_copy(update={"keys_file": path})
    assert (check_keys(settings).state, check_keys(keyed).state) == (State.OK, State.FAILED)
    path.write_text(f"camera {'a' * 16}\noperator {'b' * 16}\n")
    path.chmod(0o604)
    assert "chmod" in check_keys(keyed).remedy
    path.chmod(0o600)
    assert "admin" in check_keys(keyed).text
    path.write_text(f"camera {'a' * 16}\noperator {'b' * 16}\nadmin {'c' * 16}\n")
    assert check_keys(keyed).state is State.OK


def test_a_layout_is_fine_with_its_reference_alone(settings: Settings, tmp_path: Path) -> None:
    path = write_cameras(tmp_path)
    assert cameras(settings, path)["camera cam-1"].state is State.OK
    (tmp_path / "table.png").write_bytes(png(moved(drawn_frame(), 1)))
    found = cameras(settings, path)["camera cam-1"]
    assert found.state is State.FAILED
    assert "leak-inspection layout" in found.remedy


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        (None, State.SKIPPED, "no cameras file"),
        ("[cameras", State.FAILED, "cannot be read"),
        ("[cameras.cam-1]\ninterval_s = 1\n", State.OK, "no layout"),
    ],
)
def test_what_a_cameras_file_lacks_is_said(
    settings: Settings, tmp_path: Path, text: str | None, state: State, said: str
) -> None:
    path = None
    if text is not None:
        path = tmp_path / "cameras.toml"
        path.write_text(text)
    found = next(iter(cameras(settings, path).values()))
    assert (found.state, said in found.text) == (state, True)


def test_a_cut_of_another_artefact_is_named_until_the_camera_is_armed_again(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text('[cameras.cam-1]\ninterval_s = 1\nthreshold = {artifact = "a-0", value = 1}\n')
    found = cameras(settings, path)["commissioning"]
    assert (found.state, "cam-1" in found.text) == (State.WARNING, True)
    artifact = open_artifact(settings.artifacts / read_active(settings.artifacts))
    in_file = CameraThreshold(artifact="a-0", value=1)
    Armings(settings.data_dir, read_cameras(path)).put("cam-1", an_arming(artifact, instead_of=in_file))
    found = cameras(settings, path)["commissioning"]
    assert (found.state, found.text) == (State.OK, "1 cameras have a cut of their own")
    (settings.data_dir / ARMINGS).write_text("{")
    assert cameras(settings, path)["commissioning"].state is State.FAILED


async def test_a_choice_that_is_gone_is_named_and_the_one_on_record_is_looked_at(
    serve: Serve, settings: Settings
) -> None:
    deployed = read_active(settings.artifacts)
    other = write_artifact(settings.artifacts, "other", shade=0.01)
    write_active(settings.artifacts, deployed)
    assert (await asyncio.to_thread(check_stored_state, settings)).state is State.SKIPPED
    async with serve() as client:
        assert (await client.post("/v1/model/activate", json={"artifact": other})).is_success
    assert (await asyncio.to_thread(check_stored_state, settings)).state is State.OK
    (settings.data_dir / CHOICE).unlink()
    found = await asyncio.to_thread(check_stored_state, settings)
    assert (found.state, CHOICE in found.text, other in found.text) == (State.WARNING, True, True)
    assert (await asyncio.to_thread(check_artifact, settings)).text.startswith(other)
    (settings.data_dir / CHOICE).write_text("{")
    assert (await asyncio.to_thread(check_stored_state, settings)).state is State.FAILED


async def test_the_clock_of_a_camera_is_judged_by_its_newest_picture(
    serve: Serve, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text("".join(f"[cameras.cam-{number}]\ninterval_s = 1\n" for number in range(4)))
    times = {"cam-0": 0, "cam-1": 3600, "cam-2": None}
    async with serve(cameras_file=path) as client:
        for camera_id, ahead_s in times.items():
            labels = {"camera_id": camera_id}
            if ahead_s is not None:
                labels["captured_at"] = (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat()
            await client.post("/v1/inspect", params=labels, content=jpeg(good_well(1)))
    states = await _in_thread(settings, path)
    assert states == {"cam-0": "ok", "cam-1": "failed", "cam-2": "skipped", "cam-3": "skipped"}


async def _in_thread(settings: Settings, path: Path) -> dict[str, str]:
    """The check runs an event loop of its own, as the command does."""
    found = await asyncio.to_thread(cameras, settings, path)
    return {name.removeprefix("clock of "): one.state.value for name, one in found.items() if name.startswith("clock")}
