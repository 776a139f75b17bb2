"""What is served, changing it under requests, challenging it."""

import asyncio
from pathlib import Path

import pytest

from service.contract.artifact import MODEL, read_active, write_active
from service.contract.journal_entry import Event, EventKind
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well


@pytest.fixture
def other(artifacts: Path) -> str:
    """A second artefact, deployed but not active."""
    active = read_active(artifacts)
    artifact = write_artifact(artifacts, "other", shade=0.01)
    write_active(artifacts, active)
    return artifact


async def test_the_manifest_says_what_is_served(serve: Serve, artifacts: Path) -> None:
    async with serve() as client:
        answer = (await client.get("/v1/model")).json()
    assert answer["artifact"] == read_active(artifacts)
    assert answer["manifest"]["threshold"]["strategy"] == "decision_stump"


async def test_a_choice_outlives_a_restart_and_is_rolled_back_by_the_same_call(
    serve: Serve, artifacts: Path, other: str
) -> None:
    first = read_active(artifacts)
    async with serve() as client:
        assert (await client.post("/v1/model/activate", json={"artifact": other})).json()["artifact"] == other
        answer = (await client.post("/v1/inspect", content=jpeg(good_well(1)))).json()
        assert answer["model"]["artifact"] == other
    async with serve() as client:
        assert (await client.get("/v1/model")).json()["artifact"] == other
        assert (await client.post("/v1/model/activate", json={"artifact": first})).status_code == 200
    async with serve() as client:
        assert (await client.get("/v1/model")).json()["artifact"] == first


async def test_a_newly_deployed_pointer_wins_over_an_older_choice(serve: Serve, artifacts: Path, other: str) -> None:
    first = read_active(artifacts)
    async with serve() as client:
        await client.post("/v1/model/activate", json={"artifact": first})
    write_active(artifacts, other)
    async with serve() as client:
        assert (await client.get("/v1/model")).json()["artifact"] == other


@pytest.mark.parametrize("fault", ["damaged", "failing", "absent"])
async def test_a_bad_artefact_changes_nothing_and_is_reported(
    serve: Serve, artifacts: Path, other: str, fault: str
) -> None:
    first = read_active(artifacts)
    if fault == "damaged":
        (artifacts / other / MODEL).write_bytes(b"no graph")
    elif fault == "failing":
        rewrite_manifest(artifacts / other, threshold={"value": 1e-9, "strategy": "decision_stump"})
    else:
        other = "absent-00000000"
    async with serve() as client:
        problem = assert_problem(await client.post("/v1/model/activate", json={"artifact": other}), 422)
        assert (await client.get("/v1/model")).json()["artifact"] == first
        assert (await client.post("/v1/inspect", content=jpeg(good_well(1)))).json()["verdict"] == "no_leak"
    assert other in str(problem["detail"])


@pytest.mark.parametrize("artifact", ["../../etc", "", "a", "x" * 200, 3, None])
async def test_a_malformed_artefact_id_gets_422(serve: Serve, artifact: object) -> None:
    async with serve() as client:
        assert_problem(await client.post("/v1/model/activate", json={"artifact": artifact}), 422)


async def test_the_pointer_is_watched(serve: Serve, artifacts: Path, other: str) -> None:
    async with serve(watch_interval_s=0.01) as client:
        write_active(artifacts, other)
        async with asyncio.timeout(PATIENCE_S):
            while (await client.get("/v1/model")).json()["artifact"] != other:  # noqa: ASYNC110  # over HTTP there is no event
                await asyncio.sleep(0.01)


async def test_the_self_test_answers_with_each_golden_picture(serve: Serve) -> None:
    async with serve() as client:
        result = (await client.post("/v1/self-test")).json()
    assert result["ok"]
    assert {picture["file"]: picture["verdict"] for picture in result["pictures"]} == {
        "golden/good.png": "no_leak",
        "golden/leak.png": "leak",
    }


async def test_without_a_model_a_self_test_is_refused(serve: Serve, tmp_path: Path) -> None:
    async with serve(artifacts=tmp_path) as client:
        assert_problem(await client.post("/v1/self-test"), 503)


async def test_activations_and_self_tests_are_on_record(serve: Serve, settings: Settings, other: str) -> None:
    async with serve() as client:
        await client.post("/v1/model/activate", json={"artifact": other})
        await client.post("/v1/self-test")
    kinds = [entry.kind for entry in entries_of(settings) if isinstance(entry, Event)]
    swap = [EventKind.SELF_TEST_PASSED, EventKind.MODEL_ACTIVATED]
    assert kinds == [*swap, *swap, EventKind.SELF_TEST_PASSED]
