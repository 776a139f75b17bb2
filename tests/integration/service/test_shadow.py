"""A second artefact judges beside the served one, and nobody who sends pictures can tell."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from service.contract.artifact import MANIFEST, MODEL, read_active, write_active
from service.contract.journal_entry import Event, EventKind
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from service.judging.shadow.kept import FILE
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.endless_graph import with_endless_loop
from tests.eventually import PATIENCE_S
from tests.faults.artifact_faults import forge
from tests.integration.service.test_access import ADMIN, CAMERA, OPERATOR
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well

T = TypeVar("T")
SHADOW = "/v1/model/shadow"
WHO = {"operator": "Ada", "reason": "new data"}
FAST = {"cpu_share": 1.0, "queue": 64}


def dark_well(seed: int) -> Pixels:
    """A good well under half of the light: to an artefact that knows only these, ordinary ones are leaks."""
    dark: Pixels = good_well(seed) // 2
    return dark


@pytest.fixture
def other(artifacts: Path) -> str:
    """An artefact of another input size that calls ordinary good wells leaks; not active."""
    active = read_active(artifacts)
    artifact = write_artifact(artifacts, "other", well=dark_well, spec=InputSpec(height=16, width=32))
    write_active(artifacts, active)
    return artifact


def wanted(artifact: str, every: int = 1) -> dict[str, object]:
    return {"artifact": artifact, "every": every, **WHO}


async def inspect(client: httpx.AsyncClient, seed: int) -> dict[str, Any]:
    answer = await client.post("/v1/inspect?camera_id=cam-1&well_id=1", content=jpeg(good_well(seed)))
    assert answer.status_code == 200
    decision: dict[str, Any] = answer.json()
    return decision


async def seen_when(client: httpx.AsyncClient, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The shadow's answer once it holds."""

    async def asked() -> dict[str, Any]:
        answer: dict[str, Any] = (await client.get(SHADOW)).json()
        return answer

    return await until(asked, holds)


async def kept_picture(client: httpx.AsyncClient, decision_id: str) -> bytes:
    """The picture of a decision, once it is written."""
    answer = await until(lambda: client.get(f"/v1/decisions/{decision_id}/picture"), lambda got: got.status_code == 200)
    return answer.content


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    async with asyncio.timeout(PATIENCE_S):
        while not holds(answer := await ask()):  # noqa: ASYNC110  # it is asked over HTTP, which announces nothing
            await asyncio.sleep(0.01)
    return answer


async def test_it_judges_beside_what_is_served_and_never_answers(serve: Serve, artifacts: Path, other: str) -> None:
    async with serve(shadow=FAST, archive={"good_share": 0}) as client:
        chosen = await client.post(SHADOW, json=wanted(other))
        assert (chosen.status_code, chosen.json()["shadow"]["artifact"]) == (200, other)
        decisions = [await inspect(client, seed) for seed in range(5)]
        assert {one["verdict"] for one in decisions} == {"no_leak"}
        assert {one["model"]["artifact"] for one in decisions} == {read_active(artifacts)}
        found = (await seen_when(client, lambda seen: seen["shadow"]["judged"] == 5))["shadow"]
        picture = await kept_picture(client, decisions[0]["decision_id"])
        metrics = (await client.get("/metrics")).text
    assert found["verdicts"] == [{"camera_id": "cam-1", "served": "no_leak", "shadow": "leak", "pictures": 5}]
    assert [flip["decision_id"] for flip in found["flips"]] == [one["decision_id"] for one in reversed(decisions)]
    assert all(flip["shadow_ratio"] >= 1 > flip["served_ratio"] for flip in found["flips"])
    assert (found["agreement"]["value"], found["against"]) == (0.0, read_active(artifacts))
    assert found["cpu_seconds"] > 0
    assert picture == jpeg(good_well(0))  # kept for its two verdicts: no other good well is
    assert 'shadow_verdicts_total{camera_id="other",served="no_leak",shadow="leak"} 5.0' in metrics
    assert f'artifact="{other}"' in metrics


async def test_what_somebody_tries_is_not_judged_by_it(serve: Serve, other: str) -> None:
    async with serve(shadow=FAST) as client:
        await client.post(SHADOW, json=wanted(other))
        assert (await client.post("/v1/trial", content=jpeg(good_well(1)))).status_code == 200
        sent = await inspect(client, 2)
        found = (await seen_when(client, lambda seen: seen["shadow"]["judged"] >= 1))["shadow"]
    assert [flip["decision_id"] for flip in found["flips"]] == [sent["decision_id"]]


async def test_it_outlives_a_restart_with_what_it_found(serve: Serve, other: str) -> None:
    async with serve(shadow=FAST) as client:
        await client.post(SHADOW, json=wanted(other))
        await inspect(client, 1)
        await seen_when(client, lambda seen: seen["shadow"]["judged"] == 1)
    async with serve(shadow=FAST) as client:
        await seen_when(client, lambda seen: seen["shadow"] is not None)
        await inspect(client, 2)
        found = (await seen_when(client, lambda seen: seen["shadow"]["judged"] == 2))["shadow"]
    assert (found["operator"], found["reason"], len(found["flips"])) == ("Ada", "new data", 2)


@pytest.mark.parametrize("fault", ["absent", "damaged", "endless", "failing", "served"])
async def test_a_bad_choice_is_refused_as_an_activation_is(
    serve: Serve, artifacts: Path, other: str, fault: str
) -> None:
    served = read_active(artifacts)
    if fault == "damaged":
        (artifacts / other / MODEL).write_bytes(b"no graph")
    elif fault == "endless":
        other = forge(artifacts / other, with_endless_loop((artifacts / other / MODEL).read_bytes())).name
    elif fault == "failing":
        rewrite_manifest(artifacts / other, threshold={"value": 1e-9, "strategy": "decision_stump"})
    elif fault == "absent":
        shutil.rmtree(artifacts / other)
    else:
        other = served
    write_active(artifacts, served)
    async with serve(shadow={"inference_limit_s": 0.1}) as client:
        problem = assert_problem(await client.post(SHADOW, json=wanted(other)), 422)
        assert other in str(problem["detail"])
        assert (await client.get(SHADOW)).json() == {"shadow": None, "problem": None}
        assert (await inspect(client, 1))["verdict"] == "no_leak"


@pytest.mark.parametrize("change", [{"artifact": "../x"}, {"every": 0}, {"operator": " "}, {"reason": ""}, {"more": 1}])
async def test_a_malformed_choice_gets_422(serve: Serve, other: str, change: dict[str, object]) -> None:
    async with serve() as client:
        assert_problem(await client.post(SHADOW, json=wanted(other) | change), 422)


async def test_an_artefact_that_vanished_or_changed_is_reported_and_can_be_dropped(
    serve: Serve, artifacts: Path, other: str
) -> None:
    async with serve() as client:
        await client.post(SHADOW, json=wanted(other))
    rewrite_manifest(artifacts / other, versions={"onnxruntime": "edited"})
    async with serve() as client:
        found = await seen_when(client, lambda seen: seen["problem"] is not None)
        assert found["shadow"] is None
        assert MANIFEST in found["problem"]
        assert (await inspect(client, 1))["verdict"] == "no_leak"
    shutil.rmtree(artifacts / other)
    async with serve() as client:
        await seen_when(client, lambda seen: seen["problem"] is not None)
        assert (await client.post(f"{SHADOW}/drop", json=WHO)).json() == {"shadow": None, "problem": None}
    async with serve() as client:
        assert_problem(await client.post(f"{SHADOW}/drop", json=WHO), 404)


async def test_what_it_found_is_on_record_when_it_is_dropped(serve: Serve, settings: Settings, other: str) -> None:
    async with serve(shadow=FAST) as client:
        await client.post(SHADOW, json=wanted(other))
        await inspect(client, 1)
        await seen_when(client, lambda seen: seen["shadow"]["judged"] == 1)
        await client.post(f"{SHADOW}/drop", json=WHO)
    events = [entry for entry in entries_of(settings) if isinstance(entry, Event)]
    (began,) = [dict(event.payload) for event in events if event.kind is EventKind.SHADOW_STARTED]
    (ended,) = [dict(event.payload) for event in events if event.kind is EventKind.SHADOW_ENDED]
    assert began == wanted(other)
    assert ended == {"artifact": other, "judged": 1, "flips": 1, **WHO}
    assert not (settings.data_dir / FILE).exists()


async def test_promoted_with_a_full_queue_it_answers_and_is_no_shadow_any_more(serve: Serve, other: str) -> None:
    async with serve(shadow={"cpu_share": 1e-6, "queue": 1}) as client:
        await client.post(SHADOW, json=wanted(other))
        for seed in range(6):
            assert (await inspect(client, seed))["verdict"] == "no_leak"
        await seen_when(client, lambda seen: seen["shadow"]["dropped"] >= 3)
        assert (await client.post("/v1/model/activate", json={"artifact": other})).status_code == 200
        answer = await inspect(client, 7)
        assert (answer["verdict"], answer["model"]["artifact"]) == ("leak", other)
        await seen_when(client, lambda seen: seen["shadow"] is None)
    async with serve() as client:
        assert (await client.get(SHADOW)).json() == {"shadow": None, "problem": None}


async def test_agreement_counts_against_one_served_artefact_alone(serve: Serve, artifacts: Path, other: str) -> None:
    active = read_active(artifacts)
    third = write_artifact(artifacts, "third", shade=0.01)
    write_active(artifacts, active)
    async with serve(shadow=FAST) as client:
        await client.post(SHADOW, json=wanted(other))
        await inspect(client, 1)
        await seen_when(client, lambda seen: seen["shadow"]["judged"] == 1)
        await client.post("/v1/model/activate", json={"artifact": third})
        await inspect(client, 2)
        found = (await seen_when(client, lambda seen: seen["shadow"]["against"] == third))["shadow"]
    assert found["judged"] == 1


async def test_a_data_folder_that_takes_nothing_refuses_the_choice_and_no_verdict(
    serve: Serve, settings: Settings, other: str
) -> None:
    async with serve() as client:
        (settings.data_dir / FILE).mkdir()  # nothing can be written in its place
        assert_problem(await client.post(SHADOW, json=wanted(other)), 503)
        assert (await client.get(SHADOW)).json()["shadow"] is None
        assert (await inspect(client, 1))["verdict"] == "no_leak"


async def test_a_tally_that_cannot_be_kept_is_said_and_stops_nothing(
    serve: Serve, settings: Settings, other: str
) -> None:
    async with serve(shadow=FAST) as client:
        await client.post(SHADOW, json=wanted(other))
        kept = settings.data_dir / FILE
        assert json.loads(kept.read_bytes())["choice"]["artifact"] == other
        kept.unlink()
        kept.mkdir()
        await inspect(client, 1)
        await seen_when(client, lambda seen: seen["shadow"]["judged"] == 1)
        assert (await inspect(client, 2))["verdict"] == "no_leak"


@pytest.mark.parametrize(
    ("key", "read", "choose"),
    [
        pytest.param(CAMERA, 403, 403, id="camera"),
        pytest.param(OPERATOR, 200, 403, id="operator"),
        pytest.param(ADMIN, 200, 200, id="admin"),
    ],
)
async def test_it_is_chosen_by_whoever_may_activate(
    serve: Serve, tmp_path: Path, other: str, key: str, read: int, choose: int
) -> None:
    keys_file = tmp_path / "keys"
    keys_file.write_text(f"camera {CAMERA}\noperator {OPERATOR}\nadmin {ADMIN}\n")
    async with serve(keys_file=keys_file) as client:
        client.headers["x-api-key"] = key
        assert (await client.get(SHADOW)).status_code == read
        assert (await client.post(SHADOW, json=wanted(other))).status_code == choose
        assert (await client.post(f"{SHADOW}/drop", json=WHO)).status_code == choose
