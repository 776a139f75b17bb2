"""A camera is commissioned over HTTP: looked at, armed, judged by its cut, disarmed, whatever comes between."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.contract.artifact import read_active, write_active
from service.contract.errors import SetupError
from service.contract.journal_entry import Event, EventKind
from service.contract.picture import Pixels
from service.judging.armings import ARMINGS
from service.settings import Settings
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.small_artifact import THRESHOLD, rewrite_manifest, write_artifact
from tests.wells import filmed_well, good_well, leaking_well

OPERATOR, ADMIN = "operator-key-01234", "admin-key-01234567"
SCENES = 30
FRAMES = 4
LOWEST_LEAK = 0.01
HIGHEST_CUT = 0.75 * LOWEST_LEAK
PATH = "/v1/cameras/cam-7/commissioning"
WHO = {"operator": "Anna", "reason": "new lens"}

Json = dict[str, Any]
GOOD = [frame for scene in range(SCENES) for frame in filmed_well(scene, FRAMES, stain=15)]


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """A folder with one active artefact that knows of a leak."""
    root = tmp_path / "artifacts"
    with_a_known_leak(root / write_artifact(root))
    return root


def with_a_known_leak(folder: Path) -> None:
    rewrite_manifest(folder, threshold={"value": THRESHOLD, "strategy": "decision_stump", "lowest_leak": LOWEST_LEAK})


async def film(client: httpx.AsyncClient, pictures: Sequence[Pixels], wells: int = 1000) -> list[Json]:
    """Have a camera's pictures judged, of its wells in turn; return the decisions.

    The archive has written the last of them when the service has stopped.
    """
    files = [("files", ("crop.jpg", jpeg(picture))) for picture in pictures]
    meta = [{"camera_id": "cam-7", "well_id": f"{number % wells}a"} for number in range(len(pictures))]
    answer = await client.post("/v1/inspect/batch", files=files, data={"meta": json.dumps(meta)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


async def look(client: httpx.AsyncClient) -> Json:
    answer = await client.get(PATH)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def arm(client: httpx.AsyncClient, view: Json) -> httpx.Response:
    return await client.post(PATH, json=WHO | {"proposal_id": view["proposal"]["proposal_id"]})


async def cut_of(client: httpx.AsyncClient, camera: str = "cam-7") -> float:
    """By which cut a picture of a camera is judged."""
    answer = await client.post("/v1/inspect", params={"camera_id": camera}, content=jpeg(good_well(1)))
    return float(answer.json()["threshold"])


@pytest.fixture
def served(serve: Serve) -> Serve:
    """The service with every picture kept."""

    @asynccontextmanager
    async def start(**changes: object) -> AsyncIterator[httpx.AsyncClient]:
        async with serve(archive={"good_share": 1.0}, **changes) as client:
            yield client

    return start


async def test_a_camera_goes_from_nothing_to_armed_and_back(served: Serve, settings: Settings) -> None:
    async with served() as client:
        unknown = await client.get(PATH)
        assert (unknown.status_code, "has sent nothing" in unknown.json()["detail"]) == (404, True)
        await film(client, GOOD[:20])
    async with served() as client:
        assert (await look(client))["state"] == "collecting"
        await film(client, [*GOOD[20:], *map(leaking_well, range(6))])
    async with served() as client:
        view = await look(client)
        assert (view["state"], view["source"], view["cut"]) == ("ready", "artifact", THRESHOLD)
        assert view["seen"]["pictures"] == len(GOOD) + 6
        assert len(view["seen"]["suspects"]) == 6
        histogram = view["seen"]["histogram"]
        assert sum(histogram["good"]) + sum(histogram["doubted"]) + sum(histogram["suspects"]) == len(GOOD) + 6
        cut = view["proposal"]["cut"]
        assert THRESHOLD != cut < HIGHEST_CUT

        armed = (await arm(client, view)).json()
        assert (armed["state"], armed["cut"], armed["source"]) == ("armed", cut, "arming")
        assert (armed["armed"]["operator"], armed["armed"]["artifact"]) == ("Anna", view["artifact"])
        assert (await cut_of(client), await cut_of(client, "cam-8")) == (cut, THRESHOLD)
    async with served() as client:
        assert await cut_of(client) == cut, "it outlives a restart"
        disarmed = (await client.post(f"{PATH}/disarm", json=WHO)).json()
        assert (disarmed["cut"], disarmed["source"], disarmed["armed"]) == (THRESHOLD, "artifact", None)
        assert await cut_of(client) == THRESHOLD
        assert (await client.post(f"{PATH}/disarm", json=WHO)).status_code == 409

    events = [entry for entry in entries_of(settings) if isinstance(entry, Event) and entry.camera_id == "cam-7"]
    on_record = [event for event in events if event.kind in {EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED}]
    assert [event.kind for event in on_record] == [EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED]
    first = on_record[0].payload
    assert (first["cut_before"], first["cut_after"], first["operator"]) == (THRESHOLD, cut, "Anna")
    assert (first["reason"], first["pictures"]) == ("new lens", len(GOOD) + 6)
    assert len(str(first["pictures_sha256"])) == 64
    assert (on_record[1].payload["cut_before"], on_record[1].payload["cut_after"]) == (cut, THRESHOLD)


async def test_of_two_people_who_arm_at_once_one_does(served: Serve) -> None:
    async with served() as client:
        await film(client, GOOD)
    async with served() as client:
        views = [await look(client), await look(client)]
        answers = await asyncio.gather(*(arm(client, view) for view in views))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert "Anna armed it" in refused["detail"]
        assert (refused["verdict"], refused["alarm"]) == ("unknown", True)


async def test_a_cut_counts_with_its_artefact_alone(served: Serve, artifacts: Path) -> None:
    first = read_active(artifacts)
    other = write_artifact(artifacts, "other", shade=0.01)
    write_active(artifacts, first)
    async with served() as client:
        await film(client, GOOD)
    async with served() as client:
        view, late = await look(client), await look(client)
        await arm(client, view)
        await client.post("/v1/model/activate", json={"artifact": other})
        assert (await arm(client, late)).status_code == 409, "it was shown with the artefact before"
        outdated = await look(client)
        assert (outdated["state"], outdated["source"], outdated["cut"]) == ("outdated", "artifact", THRESHOLD)
        assert await cut_of(client) == THRESHOLD
        metrics = (await client.get("/metrics")).text
        assert 'leak_inspection_cameras{commissioning="outdated"} 1.0' in metrics
        async with asyncio.timeout(PATIENCE_S):
            while "commissioning" not in [one["kind"] for one in (await client.get("/v1/status")).json()["troubles"]]:  # noqa: ASYNC110  # over HTTP there is no event
                await asyncio.sleep(0.05)
        await client.post("/v1/model/activate", json={"artifact": first})
        assert (await cut_of(client), (await look(client))["state"]) == (view["proposal"]["cut"], "armed")


async def test_a_cut_goes_on_where_only_the_threshold_of_the_artefact_is_moved(served: Serve, artifacts: Path) -> None:
    async with served() as client:
        await film(client, GOOD)
    async with served() as client:
        cut = (await arm(client, await look(client))).json()["cut"]
        moved = {"artifact": read_active(artifacts), "threshold": 0.8 * THRESHOLD, "operator": "Anna", "reason": "try"}
        assert (await client.post("/v1/model/threshold", json=moved)).status_code == 200
        view = await look(client)
        assert (view["state"], view["cut"], view["threshold"]) == ("armed", cut, 0.8 * THRESHOLD)
        assert view["seen"]["pictures"] == len(GOOD), "decisions of the artefact before have the same scores"
        assert (await cut_of(client), await cut_of(client, "cam-8")) == (cut, 0.8 * THRESHOLD)


async def test_a_leak_that_is_reviewed_meanwhile_is_not_passed_over(served: Serve) -> None:
    async with served() as client:
        decisions = await film(client, GOOD)
    async with served() as client:
        first, second = await look(client), await look(client)
        await arm(client, first)
        mildest = min(decisions, key=lambda one: float(one["score"]))
        review = {"verdict": "leak", "reviewer": "Anna"}
        await client.post(f"/v1/decisions/{mildest['decision_id']}/review", json=review)
        assert (await arm(client, second)).status_code == 409
    async with served() as client:
        view = await look(client)
    assert (view["state"], view["proposal"]) == ("outdated", None)
    assert "which the leaks known by now allow" in view["refusals"][0]


@pytest.mark.parametrize(
    ("pictures", "wells", "state", "said"),
    [
        pytest.param(GOOD, 1, "collecting", "pictures of 1 of 4 wells", id="one well only"),
        pytest.param([GOOD[0]] * 120, 1000, "collecting", "pictures of 0 of 4 wells", id="a frozen camera"),
        pytest.param(
            [*GOOD, *map(leaking_well, range(40))], 1000, "refused", "as leaks do: look at them", id="many leaks"
        ),
    ],
)
async def test_a_camera_may_not_be_armed_on_pictures_that_prove_nothing(
    served: Serve,
    tmp_path: Path,
    pictures: list[Pixels],
    wells: int,
    state: str,
    said: str,
) -> None:
    cameras_file = tmp_path / "cameras.toml"
    cameras_file.write_text('[cameras.cam-7]\ninterval_s = 1.0\nwells = ["0a", "1a", "2a", "3a"]\n')
    async with served(cameras_file=cameras_file, frozen_after_s=3600) as client:
        await film(client, pictures, wells)
    async with served(cameras_file=cameras_file, frozen_after_s=3600) as client:
        view = await look(client)
        assert (view["state"], view["proposal"]) == (state, None)
        assert said in " ".join(view["refusals"])
        assert (await client.post(PATH, json=WHO | {"proposal_id": "none"})).status_code == 409
        assert await cut_of(client) == THRESHOLD


async def test_frames_without_a_layout_are_told_from_no_pictures(served: Serve) -> None:
    async with served() as client:
        await client.post("/v1/inspect/frame", params={"camera_id": "cam-7"}, content=jpeg(good_well(1)))
        view = await look(client)
    assert view["state"] == "no_layout"
    assert "leak-inspection layout" in view["next_step"]


async def test_a_camera_stays_armed_where_the_record_is_lost(served: Serve, settings: Settings) -> None:
    async with served() as client:
        await film(client, GOOD)
    async with served() as client:
        cut = (await arm(client, await look(client))).json()["cut"]
    for file in settings.data_dir.glob("journal.sqlite3*"):
        file.unlink()
    shutil.rmtree(settings.pictures_folder)
    async with served() as client:
        assert await cut_of(client) == cut
        (one,) = (await client.get("/v1/commissioning")).json()["items"]
        assert (one["cut"], one["armed"]["operator"]) == (cut, "Anna")
        assert (await look(client))["state"] == "armed"


async def test_what_cannot_be_kept_arms_nobody(served: Serve, settings: Settings) -> None:
    async with served() as client:
        await film(client, GOOD)
    async with served() as client:
        view = await look(client)
        (settings.data_dir / ARMINGS).mkdir()
        assert (await arm(client, view)).status_code == 503
        assert await cut_of(client) == THRESHOLD
        (settings.data_dir / ARMINGS).rmdir()
        assert (await arm(client, view)).status_code == 200
    events = [entry for entry in entries_of(settings) if isinstance(entry, Event) and entry.camera_id == "cam-7"]
    kinds = [event.kind for event in events if event.kind in {EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED}]
    assert kinds == [EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED, EventKind.CAMERA_ARMED]


async def test_armings_that_cannot_be_read_start_no_service(serve: Serve, settings: Settings) -> None:
    (settings.data_dir / ARMINGS).write_text("{")
    with pytest.raises(SetupError, match="take the armings from the record"):
        async with serve():
            pass


async def test_a_cut_of_the_cameras_file_counts_until_somebody_arms_and_again_once_it_is_changed(
    served: Serve,
    artifacts: Path,
    tmp_path: Path,
) -> None:
    cameras_file = tmp_path / "cameras.toml"
    camera = f'[cameras.cam-7]\ninterval_s = 1.0\nthreshold = {{ artifact = "{read_active(artifacts)}", value = %s }}\n'
    cameras_file.write_text(camera % 0.004)
    async with served(cameras_file=cameras_file) as client:
        await film(client, GOOD)
    async with served(cameras_file=cameras_file) as client:
        view = await look(client)
        assert (view["state"], view["source"], view["cut"]) == ("armed", "cameras_file", 0.004)
        refused = await client.post(f"{PATH}/disarm", json=WHO)
        assert (refused.status_code, "cameras file" in refused.json()["detail"]) == (409, True)
        armed = (await arm(client, view)).json()
        assert armed["source"] == "arming"
        assert (await client.post(f"{PATH}/disarm", json=WHO)).json()["cut"] == 0.004
        await arm(client, await look(client))
    cameras_file.write_text(camera % 0.003)
    async with served(cameras_file=cameras_file) as client:
        assert await cut_of(client) == 0.003


@pytest.mark.parametrize(("key", "read", "change"), [(OPERATOR, 200, 403), (ADMIN, 200, 409)])
async def test_who_may_activate_a_model_may_arm_and_no_one_else(
    served: Serve,
    tmp_path: Path,
    key: str,
    read: int,
    change: int,
) -> None:
    keys_file = tmp_path / "keys"
    keys_file.write_text(f"operator {OPERATOR}\nadmin {ADMIN}\n")
    headers = {"X-API-Key": key}
    async with served(keys_file=keys_file) as client:
        assert (await client.post(PATH, json=WHO | {"proposal_id": "none"})).status_code == 401
        assert (await client.get("/v1/commissioning", headers=headers)).status_code == read
        for path, form in ((PATH, {"proposal_id": "none"}), (f"{PATH}/disarm", {})):
            assert (await client.post(path, json=WHO | form, headers=headers)).status_code == change
