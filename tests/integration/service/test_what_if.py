"""What-if over HTTP and on the command line: asked, looked at, applied, undone."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.cli import main
from service.contract.artifact import read_active, write_active
from service.judging.active_choice import CHOICE
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.small_artifact import THRESHOLD, write_artifact
from tests.wells import good_well, leaking_well

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
HIGHER = 0.01
RANGE = {"from": PAST, "to": "2021-01-01T00:00:00Z"}


async def a_shift(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Some wells, of which two leak; one leak is reviewed as a leak, one as a good well."""
    decisions = []
    for number in range(6):
        draw = leaking_well if number < 2 else good_well
        params = {"camera_id": "cam-1", "well_id": str(number)}
        decisions.append((await client.post("/v1/inspect", params=params, content=jpeg(draw(number)))).json())
    for decision, verdict in zip(decisions, ("leak", "no_leak"), strict=False):
        review = {"verdict": verdict, "reviewer": "Anna"}
        await client.post(f"/v1/decisions/{decision['decision_id']}/review", json=review)
    return decisions


def since(decisions: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {"from": decisions[0]["received_at"]}


def between(decisions: Sequence[dict[str, Any]]) -> float:
    """A threshold above one leak and below the other."""
    scores: list[float] = sorted(one["score"] for one in decisions)
    return sum(scores[-2:]) / 2


async def test_what_if_counts_what_a_threshold_would_have_changed(serve: Serve) -> None:
    async with serve() as client:
        decisions = await a_shift(client)
        params: dict[str, Any] = {**since(decisions), "threshold": between(decisions)}
        answer = (await client.get("/v1/what-if", params=params)).json()
        same = (await client.get("/v1/what-if", params={**params, "threshold": THRESHOLD})).json()
        flips = (await client.get("/v1/what-if/flips", params=params)).json()
    assert answer["total"]["decisions"] == 6
    assert answer["total"]["changed"]["leak"] == {"no_leak": 1, "unknown": 0}
    assert answer["total"]["leaks_missed_now"] + 1 - answer["total"]["good_alarming_now"] == 1
    assert [camera["camera_id"] for camera in answer["cameras"]] == ["cam-1"]
    assert not any(n for row in same["total"]["changed"].values() for n in row.values())
    assert [flip["verdict"] for flip in flips["items"]] == ["no_leak"]
    assert flips["total"] == 1
    assert flips["items"][0]["decision"]["verdict"] == "leak"


@pytest.mark.parametrize(
    "params",
    [
        {"threshold": "nan", **RANGE},
        {"threshold": "inf", **RANGE},
        {"threshold": "-1", **RANGE},
        {"threshold": "0", **RANGE},
        {"threshold": "much", **RANGE},
        {"threshold": "1"},
        {"threshold": "1", "from": FUTURE, "to": PAST},
        {"threshold": "1", "from": PAST, "to": PAST},
        {"threshold": "1", "from": PAST, "to": FUTURE},
        {"threshold": "1", "from": "2020-01-01T00:00:00", "to": "2020-01-02T00:00:00Z"},
        {"threshold": "1", **RANGE, "camera_id": "a b"},
        {"threshold": "1", **RANGE, "treshold": "2"},
    ],
)
async def test_a_question_that_makes_no_sense_gets_422(serve: Serve, params: dict[str, str]) -> None:
    async with serve() as client:
        assert_problem(await client.get("/v1/what-if", params=params), 422)
        assert_problem(await client.get("/v1/what-if/flips", params=params), 422)


async def test_an_empty_record_is_answered(serve: Serve) -> None:
    async with serve() as client:
        answer = (await client.get("/v1/what-if", params={"threshold": 1, **RANGE})).json()
    assert (answer["total"]["decisions"], answer["cameras"]) == (0, [])


async def test_a_tried_threshold_is_applied_with_a_reason_and_undone(serve: Serve, settings: Settings) -> None:
    async with serve(archive={"good_share": 1.0}) as client:
        decisions = await a_shift(client)
        first, threshold = decisions[0]["model"]["artifact"], decisions[0]["score"]
        wanted = {"artifact": first, "threshold": threshold, "operator": "Anna", "reason": "too many false alarms"}
        made = (await client.post("/v1/model/threshold", json=wanted)).json()
        assert made["manifest"]["threshold"]["value"] == threshold
        again = (await client.post("/v1/inspect", content=jpeg(leaking_well(0)))).json()
        assert (again["score"], again["threshold"]) == (decisions[0]["score"], threshold)
    async with serve() as client:
        assert (await client.get("/v1/model")).json()["artifact"] == made["artifact"]
        tried: dict[str, Any] = {**since(decisions), "threshold": THRESHOLD}
        assert (await client.get("/v1/what-if", params=tried)).json()["total"]["decisions"] == 7
        heatmap = await client.get(f"/v1/decisions/{again['decision_id']}/heatmap.png")
        assert heatmap.headers["content-type"] == "image/png"
        newest = (await client.get("/v1/model/activations")).json()["items"]
        applied = next(one for one in newest if one["instead_of"])
        assert {name: applied[name] for name in ("artifact", "instead_of", "operator", "reason")} == {
            "artifact": made["artifact"],
            "instead_of": first,
            "operator": "Anna",
            "reason": "too many false alarms",
        }
        back = {"artifact": applied["instead_of"], "operator": "Ivan", "reason": "missed one"}
        assert (await client.post("/v1/model/activate", json=back)).json()["artifact"] == first
    assert (settings.data_dir / "artifacts" / made["artifact"]).is_dir()


@pytest.mark.parametrize(
    "change",
    [
        {"artifact": "other-01234567"},
        {"threshold": THRESHOLD},
        {"threshold": 1e9},
        {"threshold": 0},
        {"threshold": None},
        {"reason": ""},
        {"operator": " "},
    ],
)
async def test_what_cannot_be_applied_changes_nothing(serve: Serve, artifacts: Path, change: dict[str, object]) -> None:
    first = read_active(artifacts)
    wanted = {"artifact": first, "threshold": HIGHER, "operator": "Anna", "reason": "a trial"} | change
    async with serve() as client:
        assert_problem(await client.post("/v1/model/threshold", json=wanted), 422)
        assert (await client.get("/v1/model")).json()["artifact"] == first


async def test_a_threshold_that_lets_a_reviewed_leak_pass_is_refused_until_the_review_is_corrected(
    serve: Serve, artifacts: Path
) -> None:
    async with serve() as client:
        leak = (await client.post("/v1/inspect", content=jpeg(leaking_well(0)))).json()
        review = {"verdict": "leak", "reviewer": "Anna"}
        path = f"/v1/decisions/{leak['decision_id']}/review"
        assert (await client.post(path, json=review)).is_success
        wanted = {"artifact": read_active(artifacts), "operator": "Ivan", "reason": "too many false alarms"}
        above = wanted | {"threshold": leak["score"] * 1.001}
        refused = await client.post("/v1/model/threshold", json=above)
        assert_problem(refused, 422)
        assert "1 reviewed leaks" in refused.json()["detail"]
        assert (await client.post(path, json=review | {"verdict": "no_leak"})).is_success
        assert (await client.post("/v1/model/threshold", json=above)).status_code == 200


async def test_nan_is_no_threshold(serve: Serve, artifacts: Path) -> None:
    body = f'{{"artifact": "{read_active(artifacts)}", "threshold": NaN, "operator": "Anna", "reason": "a trial"}}'
    async with serve() as client:
        answer = await client.post("/v1/model/threshold", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.fixture
def other(artifacts: Path) -> str:
    active = read_active(artifacts)
    artifact = write_artifact(artifacts, "other", shade=0.1)
    write_active(artifacts, active)
    return artifact


async def test_kept_pictures_are_judged_again_in_the_background(serve: Serve, other: str) -> None:
    async with serve(archive={"good_share": 1.0}) as client:
        decisions = await a_shift(client)
        order = {"artifact": other, **since(decisions), "to": decisions[-1]["answered_at"]}
        assert (await client.post("/v1/what-if/rescoring", json=order)).status_code == 202
        state: dict[str, Any] = {}
        for _ in range(1000):
            state = (await client.get("/v1/what-if/rescoring")).json()
            if state["state"] != "running":
                break
        flips = (await client.get("/v1/what-if/rescoring/flips")).json()["items"]
    assert (state["state"], state["total"]["seen"], state["total"]["judged"]) == ("done", 6, 6)
    assert len(flips) == sum(n for row in state["total"]["changed"].values() for n in row.values()) > 0


async def test_orders_that_cannot_be_followed_get_their_problem(serve: Serve, artifacts: Path) -> None:
    active = read_active(artifacts)
    async with serve() as client:
        assert (await client.get("/v1/what-if/rescoring")).json() is None
        assert_problem(await client.get("/v1/what-if/rescoring/flips"), 404)
        assert_problem(await client.delete("/v1/what-if/rescoring"), 404)
        absent = {"artifact": "absent-01234567", **RANGE}
        assert_problem(await client.post("/v1/what-if/rescoring", json=absent), 422)
        reversed_time = {"artifact": active, "from": FUTURE, "to": PAST}
        assert_problem(await client.post("/v1/what-if/rescoring", json=reversed_time), 422)


async def test_operators_may_look_and_administrators_may_change(serve: Serve, tmp_path: Path, artifacts: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("camera camera-key-0000000\noperator operator-key-00000\n")
    async with serve(keys_file=keys) as client:
        question: dict[str, Any] = {"threshold": 1, **RANGE}
        order = {"artifact": read_active(artifacts), **RANGE}
        assert_problem(await client.get("/v1/what-if", params=question), 401)
        camera, operator = ({"X-API-Key": key} for key in ("camera-key-0000000", "operator-key-00000"))
        assert_problem(await client.get("/v1/what-if", params=question, headers=camera), 403)
        assert (await client.get("/v1/what-if", params=question, headers=operator)).status_code == 200
        assert_problem(await client.post("/v1/what-if/rescoring", json=order, headers=operator), 403)
        moved = {"artifact": read_active(artifacts), "threshold": 1, "operator": "Anna", "reason": "a trial"}
        assert_problem(await client.post("/v1/model/threshold", json=moved, headers=operator), 403)


async def test_the_command_says_what_would_have_changed(
    serve: Serve, settings: Settings, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve(archive={"good_share": 1.0}) as client:
        decisions = await a_shift(client)
    folders = ("--artifacts", str(settings.artifacts), "--data-dir", str(settings.data_dir), "--from", PAST)
    assert await in_thread("what-if", "--threshold", str(between(decisions)), *folders) == 0
    said = capsys.readouterr().out
    assert "6 decisions" in said
    assert "leak -> no_leak: 1" in said
    until = ("--to", decisions[-1]["answered_at"])
    assert await in_thread("what-if", "--artifact", other, *folders, *until) == 0
    said = capsys.readouterr().out
    assert "6 decisions: 6 pictures judged again, 0 pictures are not kept" in said
    assert written(said.split("each decision: ")[1].strip()) == {one["decision_id"] for one in decisions}
    assert await in_thread("what-if", "--artifact", "absent-01234567", *folders) == 2
    assert await in_thread("what-if", "--threshold", "1", *folders, "--to", "2019-01-01T00:00:00Z") == 2


async def test_commands_judge_by_the_choice_on_record_where_its_file_is_lost(
    serve: Serve, settings: Settings, artifacts: Path, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve() as client:
        answer = await client.post("/v1/model/activate", json={"artifact": other})
        assert answer.is_success, answer.text
        await a_shift(client)
    (settings.data_dir / CHOICE).unlink()
    folders = ("--artifacts", str(settings.artifacts), "--data-dir", str(settings.data_dir))
    assert await in_thread("what-if", "--threshold", "1", *folders, "--from", PAST) == 0
    assert f"{other}: threshold" in capsys.readouterr().out
    assert await in_thread("commission", "cam-nobody", *folders) != 0
    said = capsys.readouterr()
    assert (other in said.err, read_active(artifacts) in said.err) == (True, False)


@pytest.mark.parametrize("threshold", ["nan", "0", "-1", "inf", "many"])
def test_the_command_takes_no_threshold_that_is_none(threshold: str) -> None:
    with pytest.raises(SystemExit):
        main(["what-if", f"--threshold={threshold}", "--from", PAST])


def written(path: str) -> set[str]:
    """The decisions in a file of results."""
    return {json.loads(line)["decision_id"] for line in Path(path).read_text().splitlines()}


async def in_thread(*arguments: str) -> int:
    """Run a command, which has an event loop of its own."""
    return await asyncio.to_thread(main, list(arguments))
