"""A shift that stands: seen over HTTP, in the metrics and after a restart; accepted by a person, on record."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from service.contract.artifact import read_active
from service.contract.journal_entry import Event, EventKind
from service.monitoring.shift.martingale import ConformalMartingale
from service.monitoring.shift.watch import FILE
from service.setting_groups import ShiftSettings
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.integration.service.test_access import CAMERA, OPERATOR
from tests.integration.service.test_shadow import until
from tests.journals import entries_of

WHO = {"operator": "Ada", "reason": "new lamp"}
ACCEPT = "/v1/cameras/cam-1/shift/accept"
FIRST_WATCH_NEEDS = 1 * 2 / ShiftSettings().alpha
"""The k-th watch may spend alpha / (k (k + 1))."""


def shifted(artifact: str) -> str:
    """What a service leaves behind whose camera has shifted."""
    watch = ConformalMartingale(seed="a")
    while watch.take(float(watch.taken)) < FIRST_WATCH_NEEDS:
        pass
    now = datetime.now(UTC).isoformat()
    known = f'{{"martingale": {watch.model_dump_json()}, "began": "{now}", "shifted_at": "{now}"}}'
    return f'{{"artifact": "{artifact}", "cameras": {{"cam-1": {known}}}}}'


@pytest.fixture
def cameras_file(settings: Settings, artifacts: Path, tmp_path: Path) -> Path:
    """A camera whose shift stands from before the start."""
    (settings.data_dir / FILE).write_text(shifted(read_active(artifacts)))
    path = tmp_path / "cameras.toml"
    path.write_text("[cameras.cam-1]\ninterval_s = 3600\n")
    return path


async def metrics_with(client: httpx.AsyncClient, line: str) -> bool:
    got = await until(lambda: client.get("/metrics"), lambda answer: line in answer.text)
    return line in got.text


async def test_it_stands_until_a_person_accepts_it_also_after_a_restart(
    serve: Serve, settings: Settings, cameras_file: Path
) -> None:
    async with serve(cameras_file=cameras_file) as client:
        (found,) = (await client.get("/v1/cameras/shifts")).json()["items"]
        assert found["camera_id"] == "cam-1"
        assert found["evidence_ratio"] >= 1
        assert found["shifted_at"] is not None
        assert await metrics_with(client, 'leak_inspection_camera_shifted{camera_id="cam-1"} 1.0')
        assert_problem(await client.post(ACCEPT, json={"operator": "Ada"}), 422)
        (accepted,) = (await client.post(ACCEPT, json=WHO)).json()["items"]
        assert (accepted["periods"], accepted["shifted_at"]) == (0, None)
        assert await metrics_with(client, 'leak_inspection_camera_shifted{camera_id="cam-1"} 0.0')
        assert_problem(await client.post(ACCEPT, json=WHO), 404)
    async with serve(cameras_file=cameras_file) as client:
        (again,) = (await client.get("/v1/cameras/shifts")).json()["items"]
        assert again == accepted
    (event,) = [e for e in entries_of(settings) if isinstance(e, Event) and e.kind is EventKind.SHIFT_ACCEPTED]
    assert dict(event.payload) == {"camera_id": "cam-1", **WHO}


@pytest.mark.parametrize(("key", "status"), [(CAMERA, 403), (OPERATOR, 200)])
async def test_operators_accept_and_cameras_do_not(
    serve: Serve, cameras_file: Path, tmp_path: Path, key: str, status: int
) -> None:
    keys_file = tmp_path / "keys"
    keys_file.write_text(f"camera {CAMERA}\noperator {OPERATOR}\n")
    async with serve(cameras_file=cameras_file, keys_file=keys_file) as client:
        assert (await client.post(ACCEPT, json=WHO, headers={"x-api-key": key})).status_code == status
