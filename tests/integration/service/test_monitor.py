"""Alarms, silence and impossible pictures through the whole service."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.contract.journal_entry import Event, EventKind
from service.settings import Settings
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.journals import entries_of
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well


async def inspect(client: httpx.AsyncClient, picture: bytes, **labels: str) -> dict[str, object]:
    """Post one crop of well 12a of cam-1."""
    params = {"camera_id": "cam-1", "well_id": "12a"} | labels
    answer: dict[str, object] = (await client.post("/v1/inspect", params=params, content=picture)).json()
    return answer


@pytest.fixture
def cameras_file(tmp_path: Path) -> Path:
    """One camera with two wells, ten pictures a second."""
    path = tmp_path / "cameras.toml"
    path.write_text('[cameras.cam-1]\ninterval_s = 0.1\nwells = ["12a", "12b"]\n')
    return path


def events(settings: Settings, kind: EventKind) -> list[Event]:
    """The events of a kind that the journal on disk holds."""
    return [entry for entry in entries_of(settings) if isinstance(entry, Event) and entry.kind is kind]


async def test_two_leaks_of_a_well_are_one_alarm_on_record_across_a_restart(serve: Serve, settings: Settings) -> None:
    for first in (1, 4):
        async with serve(alarm={"sure_ratio": 1000}) as client:
            for seed in range(first, first + 3):
                assert (await inspect(client, jpeg(leaking_well(seed))))["verdict"] == "leak"
    (alarm,) = events(settings, EventKind.ALARM_RAISED)
    assert (alarm.camera_id, alarm.well_id, alarm.payload["verdict"]) == ("cam-1", "12a", "leak")


async def test_a_silent_camera_is_an_event_and_so_is_its_return(
    serve: Serve, settings: Settings, cameras_file: Path
) -> None:
    async with serve(cameras_file=cameras_file) as client:
        await metric(client, 'leak_inspection_camera_silent{camera_id="cam-1"} 1.0')
        await inspect(client, jpeg(good_well(1)))
        await metric(client, 'leak_inspection_camera_silent{camera_id="cam-1"} 0.0')
    silent = events(settings, EventKind.NO_DATA)
    assert (silent[0].camera_id, silent[0].well_id) == ("cam-1", None)
    assert [(event.camera_id, event.well_id) for event in events(settings, EventKind.DATA_RESUMED)] == [("cam-1", None)]


async def metric(client: httpx.AsyncClient, line: str) -> None:
    """Return as soon as the metrics hold a line."""
    async with asyncio.timeout(PATIENCE_S):
        while line not in (await client.get("/metrics")).text:  # noqa: ASYNC110  # over HTTP there is no event
            await asyncio.sleep(0.01)


async def test_a_frozen_feed_is_unknown(serve: Serve) -> None:
    picture = jpeg(good_well(1))
    async with serve(frozen_after_s=0.05) as client:
        assert (await inspect(client, picture))["verdict"] == "no_leak"
        await asyncio.sleep(0.06)
        frozen = await inspect(client, picture)
        assert (await inspect(client, jpeg(good_well(2))))["verdict"] == "no_leak"
    assert (frozen["verdict"], frozen["alarm"], frozen["reason"]) == ("unknown", True, "frozen")


@pytest.mark.parametrize(("age_s", "reason"), [(3600, "stale"), (-3600, "future")])
async def test_an_impossible_capture_time_is_unknown(serve: Serve, age_s: float, reason: str) -> None:
    captured_at = (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat()
    async with serve() as client:
        answer = await inspect(client, jpeg(good_well(1)), captured_at=captured_at)
    assert (answer["verdict"], answer["reason"]) == ("unknown", reason)


async def test_the_same_picture_sent_again_gets_its_first_decision(serve: Serve) -> None:
    captured_at = datetime.now(UTC).isoformat()
    async with serve() as client:
        first, second = [await inspect(client, jpeg(good_well(1)), captured_at=captured_at) for _ in range(2)]
        other = await inspect(client, jpeg(good_well(1)), captured_at=captured_at, well_id="12b")
    assert first == second
    assert other["decision_id"] != first["decision_id"]


def test_an_alarm_needs_no_more_confirmations_than_its_window_holds(settings: Settings) -> None:
    with pytest.raises(ValueError, match="ALARM_WINDOW"):
        create_app(Settings.model_validate(settings.model_dump() | {"alarm": {"confirmations": 4}}))
