"""The record over HTTP: lists, filters, pages, CSV, reviews, scores, and what malformed requests get."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

Json = dict[str, Any]

INJECTION = "' OR '1'='1"
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


async def inspected(client: httpx.AsyncClient, wells: Sequence[str], leaks: Sequence[str] = ()) -> list[Json]:
    """Have one picture of each well judged, in that order."""
    answers = []
    for number, well in enumerate(wells):
        picture = leaking_well(number) if well in leaks else good_well(number)
        labels = {"camera_id": "cam-1", "well_id": well, "cast_id": f"C-{number % 2}"}
        answers.append((await client.post("/v1/inspect", params=labels, content=jpeg(picture))).json())
    return answers


async def listed(client: httpx.AsyncClient, query: str = "") -> list[Json]:
    response = await client.get(f"/v1/decisions{query}")
    assert response.status_code == 200, response.text
    return response.json()["items"]  # type: ignore[no-any-return]  # a list of decisions


async def test_decisions_are_listed_newest_first_as_they_were_answered(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        answers = await inspected(client, ["1a", "1b", "2a"])
        items = await listed(client)
    assert items == [answer | {"review": None} for answer in reversed(answers)]


@pytest.mark.parametrize(
    ("query", "wells"),
    [
        ("?verdict=leak", ["2"]),
        ("?verdict=leak&verdict=unknown", ["2"]),
        ("?verdict=no_leak", ["4", "3", "1"]),
        ("?well_id=3", ["3"]),
        ("?camera_id=cam-2", []),
        ("?cast_id=C-1", ["4", "2"]),
        ("?reason=score_below_threshold", ["4", "3", "1"]),
        ("?score_min=0.005", ["2"]),
        ("?score_max=0.005", ["4", "3", "1"]),
        ("?reviewed=true", []),
        ("?reviewed=false", ["4", "3", "2", "1"]),
        ("?from=2000-01-01T00:00:00Z", ["4", "3", "2", "1"]),
        ("?to=2000-01-01T00:00:00%2B03:00", []),
    ],
)
async def test_filters_choose(serve: Serve, query: str, wells: list[str]) -> None:
    async with serve(journal={"strict": True}) as client:
        await inspected(client, ["1", "2", "3", "4"], leaks=["2"])
        assert [item["well_id"] for item in await listed(client, query)] == wells


async def test_pages_follow_each_other_without_gap_or_double_while_new_decisions_come(serve: Serve) -> None:
    seen: list[str] = []
    async with serve(journal={"strict": True}) as client:
        answers = await inspected(client, [str(number) for number in range(7)])
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/v1/decisions", params=query)).json()
            seen += [item["decision_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            await inspected(client, ["new"])
    assert seen == [answer["decision_id"] for answer in reversed(answers)]


@pytest.mark.parametrize("ask", [{"params": {"format": "csv"}}, {"headers": {"accept": "text/csv"}}])
async def test_csv_has_a_line_for_each_decision(serve: Serve, ask: dict[str, Any]) -> None:
    async with serve(journal={"strict": True}) as client:
        answers = await inspected(client, ["1", "2"])
        response = await client.get("/v1/decisions", **ask)
        empty = await client.get("/v1/decisions?camera_id=nobody&format=csv")
    assert response.headers["content-type"].startswith("text/csv")
    head, *lines = response.text.splitlines()
    assert head.startswith("decision_id,received_at,")
    assert [line.split(",")[0] for line in lines] == [answer["decision_id"] for answer in reversed(answers)]
    assert empty.text.splitlines() == [head]


@pytest.mark.parametrize(
    "query",
    [
        "verdict=perhaps",
        "reason=because",
        "from=yesterday",
        "from=2026-05-04T10:11:12",
        "score_min=nan",
        "score_max=inf",
        "limit=0",
        "limit=1001",
        "cursor=abc",
        "cursor=" + "A" * 500,
        "reviewed=maybe",
        "format=xml",
        "well=1",
        f"camera_id={INJECTION}",
        "well_id=<script>",
    ],
)
async def test_a_malformed_filter_is_named(serve: Serve, query: str) -> None:
    async with serve(journal={"strict": True}) as client:
        body = assert_problem(await client.get(f"/v1/decisions?{query}"), 422)
    assert str(query.partition("=")[0]) in str(body["detail"])


@pytest.mark.parametrize("rest", ["", "/picture", "/heatmap.png", "/review"])
async def test_an_unknown_decision_is_not_found(serve: Serve, rest: str) -> None:
    async with serve(journal={"strict": True}) as client:
        assert_problem(await client.get(f"/v1/decisions/{UNKNOWN_ID}{rest}"), 404)
        assert_problem(await client.get(f"/v1/decisions/{INJECTION}{rest}"), 422)


async def test_reviews_are_kept_beside_each_other_and_the_latest_is_shown(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        (answer,) = await inspected(client, ["1"])
        path = f"/v1/decisions/{answer['decision_id']}"
        for verdict, reviewer in (("leak", "Anna"), ("no_leak", "Борис")):
            form = {"verdict": verdict, "reviewer": reviewer, "comment": INJECTION}
            assert (await client.post(f"{path}/review", json=form)).status_code == 201
        history = (await client.get(f"{path}/review")).json()["items"]
        shown = (await client.get(path)).json()["review"]
        assert [item["well_id"] for item in await listed(client, "?reviewed=true")] == ["1"]
    assert [(item["verdict"], item["reviewer"]) for item in history] == [("no_leak", "Борис"), ("leak", "Anna")]
    assert shown == history[0]
    assert shown["comment"] == INJECTION


@pytest.mark.parametrize(
    "form",
    [
        {"verdict": "leak"},
        {"verdict": "perhaps", "reviewer": "Anna"},
        {"verdict": "leak", "reviewer": ""},
        {"verdict": "leak", "reviewer": "   "},
        {"verdict": "leak", "reviewer": "A" * 65},
        {"verdict": "leak", "reviewer": "Anna", "comment": "c" * 1001},
        {"verdict": "leak", "reviewer": "Anna", "colour": "red"},
    ],
)
async def test_a_malformed_review_is_refused_and_leaves_nothing(serve: Serve, form: Json) -> None:
    async with serve(journal={"strict": True}) as client:
        (answer,) = await inspected(client, ["1"])
        path = f"/v1/decisions/{answer['decision_id']}/review"
        assert_problem(await client.post(path, json=form), 422)
        assert (await client.get(path)).json() == {"items": []}


async def test_the_scores_of_a_well_come_with_the_threshold_of_each(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        good, leak, _ = await inspected(client, ["1", "2", "1"], leaks=["2"])
        series = (await client.get("/v1/wells/cam-1/2/scores")).json()
        assert_problem(await client.get("/v1/wells/cam-1/2/scores?from=2026-01-01T00:00:00Z"), 422)
        assert_problem(
            await client.get("/v1/wells/cam-1/2/scores?to=2026-01-01T00:00:00Z&from=2026-02-01T00:00:00Z"), 422
        )
    (point,) = series["points"]
    assert (point["decision_id"], point["score"]) == (leak["decision_id"], leak["score"])
    assert point["threshold"] == good["threshold"]
    assert series["from"] < point["at"] < series["to"]


async def test_alarms_are_listed_and_acknowledged_once(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        await inspected(client, ["1", "1"], leaks=["1"])
        (alarm,) = (await client.get("/v1/alarms?open=true")).json()["items"]
        path = f"/v1/alarms/{alarm['alarm_id']}/acknowledge"
        assert_problem(await client.post(path, json={"operator": ""}), 422)
        taken = (await client.post(path, json={"operator": "Anna", "comment": "tapped"})).json()
        assert_problem(await client.post(path, json={"operator": "Anna"}), 404)
        assert (await client.get("/v1/alarms?open=true")).json() == {"items": [], "total": 0, "by_state": {}}
        (listed_alarm,) = (await client.get("/v1/alarms")).json()["items"]
    assert (alarm["well_id"], alarm["verdict"], alarm["acknowledged_at"]) == ("1", "leak", None)
    assert (taken["acknowledged_by"], taken["comment"]) == ("Anna", "tapped")
    assert listed_alarm == taken


async def test_alarms_that_stand_come_by_urgency_with_reason_and_true_counts(serve: Serve) -> None:
    async with serve(journal={"strict": True}, alarm={"confirmations": 1, "window": 1}) as client:
        await inspected(client, ["1", "2", "3", "1"], leaks=["2", "3"])
        await client.post(
            "/v1/inspect", params={"camera_id": "cam-1", "well_id": "4"}, content=jpeg(good_well(1, height=6, width=6))
        )
        standing = (await client.get("/v1/alarms?standing=true&limit=2")).json()
        unknown = (await client.get("/v1/alarms?standing=true")).json()["items"][-1]
        figures = (await client.get("/v1/alarms/figures")).json()
        metrics = (await client.get("/metrics")).text
    assert (len(standing["items"]), standing["total"], standing["by_state"]) == (2, 3, {"unacknowledged": 3})
    assert [alarm["verdict"] for alarm in standing["items"]] == ["leak", "leak"]
    for alarm in standing["items"]:
        assert alarm["reason"] == "score_at_or_above_threshold"
        assert alarm["score"] > alarm["threshold"] == 0.005
    assert (unknown["verdict"], unknown["reason"], unknown["score"]) == ("unknown", "input_size", None)
    assert (figures["last_hour"], figures["peak"], figures["standing"], figures["chattering"]) == (3, 3, 3, 0)
    assert "leak_inspection_standing_alarms 3.0" in metrics
    assert "leak_inspection_alarms_per_hour 3.0" in metrics


async def test_alarms_are_acknowledged_together_shelved_for_a_while_and_so_after_a_restart(serve: Serve) -> None:
    rule = {"confirmations": 1, "window": 1, "longest_shelf_s": 3600}
    async with serve(journal={"strict": True}, alarm=rule) as client:
        await inspected(client, ["1", "2", "3"], leaks=["1", "2", "3"])
        first, *others = (await client.get("/v1/alarms?open=true")).json()["items"]
        form = {"operator": "Anna", "alarm_ids": [alarm["alarm_id"] for alarm in others]}
        assert (await client.post("/v1/alarms/acknowledge", json=form)).json()["by_state"] == {"acknowledged": 2}
        path = f"/v1/alarms/{first['alarm_id']}"
        shelf = {"operator": "Anna", "reason": "known scratch", "minutes": 60}
        assert_problem(await client.post(f"{path}/shelve", json=shelf | {"minutes": 61}), 422)
        assert_problem(await client.post(f"{path}/shelve", json=shelf | {"reason": " "}), 422)
        assert (await client.post(f"{path}/shelve", json=shelf)).json()["state"] == "shelved"
    async with serve(journal={"strict": True}, alarm=rule) as client:
        counts = (await client.get("/v1/alarms?standing=true")).json()["by_state"]
        assert counts == {"acknowledged": 2, "shelved": 1}
        await inspected(client, ["1", "2", "3"], leaks=["1", "2", "3"])
        assert (await client.get("/v1/alarms?open=true")).json()["total"] == 0
        back = (await client.post(f"{path}/unshelve", json={"operator": "Boris"})).json()
        assert (back["state"], back["shelved_until"]) == ("unacknowledged", None)
        await inspected(client, ["1", "2", "3"], leaks=[])
        assert (await client.get("/v1/alarms?standing=true")).json()["by_state"] == {"returned": 1}


async def test_a_cast_is_reported_with_its_wells_alarms_and_reviews(serve: Serve) -> None:
    async with serve(journal={"strict": True}, alarm={"confirmations": 1, "window": 1}) as client:
        _, leak, *_ = await inspected(client, ["1", "2", "3", "2"], leaks=["2"])  # C-0 and C-1 in turn
        form = {"verdict": "leak", "reviewer": "Anna"}
        await client.post(f"/v1/decisions/{leak['decision_id']}/review", json=form)
        report = (await client.get("/v1/report?cast_id=C-1&stretches=10")).json()
        other = (await client.get("/v1/report?cast_id=C-0")).json()
        hour = (await client.get("/v1/report")).json()
        quick = (await client.get("/v1/report?pictures=false")).json()
        table = (await client.get("/v1/report?cast_id=C-1&format=csv")).text.splitlines()
        assert_problem(await client.get("/v1/report?cast_id=C-9"), 404)
        assert_problem(await client.get("/v1/report?to=2026-01-01T00:00:00Z&from=2026-05-01T00:00:00Z"), 422)
    (well,) = report["wells"]
    assert (report["pictures"], report["leak"], report["unknown"]) == (2, 2, 0)
    assert (well["camera_id"], well["well_id"], well["pictures"], well["leak"]) == ("cam-1", "2", 2, 2)
    assert sum(mark["leak"] for mark in well["marks"]) == 2
    assert [alarm["well_id"] for alarm in report["alarms"]] == ["2"]
    assert [(review["decision_id"], review["reviewer"]) for review in report["reviews"]] == [
        (leak["decision_id"], "Anna")
    ]
    assert (other["leak"], other["alarms"], other["reviews"]) == (0, [], [])
    assert (hour["pictures"], [well["well_id"] for well in hour["wells"]]) == (4, ["2", "1", "3"])
    assert (quick["pictures"], [well["well_id"] for well in quick["wells"]]) == (None, ["2"])
    assert table[1].startswith("cam-1,2,2,2,0,")


async def test_status_names_what_is_wrong_and_what_is_served(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        status = (await client.get("/v1/status")).json()
    assert (status["ready"], status["problems"], status["keys_needed"]) == (True, [], False)
    assert status["model"]["threshold"]["value"] == 0.005
    assert status["self_test"]["ok"]
    assert status["journal"]["problem"] is None
    assert status["journal"]["size_bytes"] > 0
