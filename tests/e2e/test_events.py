"""The event stream of the real service: what is urgent at once, what is not thinned out, nothing twice or never."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.running_service import RunningService
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

Told = tuple[str, int, Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("service")) as service:
        yield service


@contextmanager
def listening(service: RunningService, **headers: str) -> Iterator[Iterator[Told]]:
    """Follow the events as (name, id, data)."""
    with httpx.stream("GET", f"{service.address}/v1/events", headers=headers, timeout=10) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield told(response.iter_lines())


def told(lines: Iterator[str]) -> Iterator[Told]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            yield fields["event"], int(fields.get("id", "0")), json.loads(fields["data"])
            fields = {}


def decisions(events: Iterator[Told]) -> Iterator[tuple[int, dict[str, Any]]]:
    for name, place, data in events:
        if name == "decisions":
            yield from ((place, decision) for decision in data)


def send_frame(service: RunningService, number: int, wells: int = 40) -> None:
    """A batch of good wells."""
    files = [("files", (f"{well}.jpg", jpeg(good_well(number * wells + well)))) for well in range(wells)]
    meta = [{"camera_id": "cam-1", "well_id": str(well)} for well in range(wells)]
    httpx.post(f"{service.address}/v1/inspect/batch", files=files, data={"meta": json.dumps(meta)}).raise_for_status()


def test_it_begins_with_a_heartbeat_and_beats_on(service: RunningService) -> None:
    with listening(service) as events:
        names = [next(events)[0], next(events)[0]]
    assert names == ["heartbeat", "heartbeat"]


def test_a_leak_is_told_at_once(service: RunningService) -> None:
    with listening(service) as events:
        next(events)
        posted = time.monotonic()
        answer = service.post(leaking_well(1), camera_id="cam-2", well_id="1")
        _, decision = next(decisions(events))
    assert time.monotonic() - posted < 1
    assert decision["decision_id"] == answer["decision_id"]


def test_good_wells_are_told_at_most_four_times_a_second(service: RunningService) -> None:
    with listening(service) as events:
        next(events)
        began = time.monotonic()
        for number in range(30):
            send_frame(service, number)
        service.post(leaking_well(2), camera_id="cam-2", well_id="end")
        found = []
        for _, decision in decisions(events):
            if decision["well_id"] == "end":
                break
            found.append(decision)
        elapsed_s = time.monotonic() - began
    told_of_one = [decision["sequence"] for decision in found if decision["well_id"] == "7"]
    assert 1 <= len(told_of_one) <= 4 * elapsed_s + 1
    assert len(told_of_one) < 30
    assert told_of_one == sorted(set(told_of_one))


def test_who_comes_back_with_the_last_id_misses_no_leak_and_hears_none_twice(service: RunningService) -> None:
    heard: list[str] = []
    with listening(service) as events:
        next(events)
        service.post(leaking_well(3), camera_id="cam-3", well_id="1")
        place, decision = next(decisions(events))
        heard.append(decision["well_id"])
    for number in range(2, 30):
        service.post(leaking_well(number), camera_id="cam-3", well_id=str(number))
        service.post(good_well(number), camera_id="cam-3", well_id="good")
    with listening(service, **{"Last-Event-ID": str(place)}) as events:
        for _, decision in decisions(events):
            heard.append(decision["well_id"])
            if len(heard) == 29:
                break
    assert heard == [str(number) for number in range(1, 30)]


def test_alarms_and_their_acknowledgement_are_told(service: RunningService) -> None:
    with listening(service) as events:
        for number in (1, 2):
            service.post(leaking_well(number), camera_id="cam-4", well_id="9")
        raised = next(data for name, _, data in events if name == "alarm")
        path = f"{service.address}/v1/alarms/{raised['alarm_id']}/acknowledge"
        httpx.post(path, json={"operator": "Anna"}).raise_for_status()
        taken = next(data for name, _, data in events if name == "alarm")
    assert (raised["well_id"], raised["verdict"], raised["acknowledged_by"]) == ("9", "leak", None)
    assert (taken["alarm_id"], taken["acknowledged_by"]) == (raised["alarm_id"], "Anna")


def test_a_stream_is_not_counted_as_a_slow_answer(service: RunningService) -> None:
    with listening(service) as events:
        next(events)
        next(events)
    metrics = httpx.get(f"{service.address}/metrics").text
    slowest = [line for line in metrics.splitlines() if line.startswith("leak_inspection_request_duration_seconds")]
    buckets = {line.split('"')[1]: float(line.split()[-1]) for line in slowest if "_bucket" in line}
    assert buckets["1.0"] == buckets["+Inf"]


@pytest.mark.parametrize("last_id", ["abc", "-1", "1" * 40])
def test_a_malformed_place_is_refused(service: RunningService, last_id: str) -> None:
    answer = httpx.get(f"{service.address}/v1/events", headers={"Last-Event-ID": last_id})
    assert answer.status_code == 422
