"""The gauge study over HTTP and on the command line: from reviews on record, with gaps, oddities and nothing at all."""

import csv
import io
from asyncio import to_thread
from pathlib import Path

import httpx
import pytest

from service.cli import main
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well


async def reviewed(client: httpx.AsyncClient) -> list[str]:
    """Three pictures; the expert knows two of them."""
    ids = []
    for well, picture in (("1", good_well(1)), ("2", leaking_well(1)), ("3", good_well(2))):
        answer = await client.post("/v1/inspect", params={"camera_id": "cam-1", "well_id": well}, content=jpeg(picture))
        ids.append(answer.json()["decision_id"])
    said = {"expert": ["no_leak", "leak"], "=ann": ["no_leak", "leak", "leak"], "bob": ["leak", "leak"]}
    for reviewer, verdicts in said.items():
        for decision_id, verdict in zip(ids, verdicts, strict=False):
            form = {"verdict": verdict, "reviewer": reviewer}
            assert (await client.post(f"/v1/decisions/{decision_id}/review", json=form)).status_code == 201
    return ids


async def test_reviews_become_a_study_as_json_and_as_csv(serve: Serve) -> None:
    async with serve(journal={"strict": True}) as client:
        await reviewed(client)
        study = (await client.get("/v1/gauge-study", params={"reference": "expert"})).json()
        table = (await client.get("/v1/gauge-study", params={"reference": "expert", "format": "csv"})).text
        other = (await client.get("/v1/gauge-study", params={"camera_id": "cam-2"})).json()
    agreement = study["agreement"]
    assert (agreement["pictures"], agreement["reference_leak"], agreement["unanswered"]) == (2, 1, 0)
    assert [one["effectiveness"]["count"] for one in (*agreement["reviewers"], agreement["system"])] == [2, 1, 2]
    assert agreement["system"]["reviewer"] is None
    (score,) = study["repeatability"]
    assert (score["camera_id"], score["pictures"], score["sigma"]) == ("cam-1", 2, None)
    rows = list(csv.DictReader(io.StringIO(table)))
    (false_alarms,) = [row for row in rows if (row["name"], row["figure"]) == ("bob", "false_alarms")]
    assert (false_alarms["count"], false_alarms["of"], false_alarms["value"]) == ("1", "1", "1.0")
    assert {row["name"] for row in rows if row["section"] == "reviewer"} == {"'=ann", "bob"}
    assert (other["agreement"]["pictures"], other["repeatability"]) == (0, [])


async def test_who_judges_blind_gets_names_of_pictures_that_are_kept_and_nothing_else(serve: Serve) -> None:
    async with serve(journal={"strict": True}, archive={"good_share": 1}) as client:
        ids = await reviewed(client)
        told = (await client.get("/v1/gauge-study/pictures", params={"reference": "expert"})).json()
        everything = (await client.get("/v1/gauge-study/pictures")).json()
    assert told.keys() == {"items"}
    assert sorted(told["items"]) == sorted(ids[:2])
    assert sorted(everything["items"]) == sorted(ids)


async def test_pictures_that_are_not_kept_cannot_be_judged(serve: Serve) -> None:
    async with serve(journal={"strict": True}, archive={"good_share": 0}) as client:
        ids = await reviewed(client)
        assert (await client.get("/v1/gauge-study/pictures")).json()["items"] == [ids[1]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"}, 422),
        ({"from": "2020-01-01T00:00:00Z"}, 422),
        ({"from": "yesterday"}, 422),
        ({"reference": ""}, 422),
        ({"reviewer": "ann"}, 422),
        ({"format": "pdf"}, 422),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(serve: Serve, query: dict[str, str], status: int) -> None:
    async with serve() as client:
        assert_problem(await client.get("/v1/gauge-study", params=query), status)


async def test_the_command_prints_the_same_table(
    serve: Serve, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve(journal={"strict": True}) as client:
        await reviewed(client)
        table = (await client.get("/v1/gauge-study", params={"reference": "expert", "format": "csv"})).text
    options = ["--reference", "expert", "--camera", "cam-1", "--data-dir", str(settings.data_dir)]
    assert await to_thread(main, ["gauge-study", *options]) == 0
    assert capsys.readouterr().out.splitlines() == table.splitlines()


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gauge-study", "--data-dir", str(tmp_path)]) == 2
    assert "does not exist" in capsys.readouterr().err
    times = ["--from", "2026-12-02T00:00:00Z", "--to", "2026-12-01T00:00:00Z"]
    assert main(["gauge-study", *times]) == 2
    assert "--from" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["gauge-study", "--from", "yesterday"])
