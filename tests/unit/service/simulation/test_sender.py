import json
from collections import Counter
from collections.abc import Callable

import cv2
import httpx
import numpy as np
import pytest

from service.simulation.events import parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant, SimulatedCrop
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate

GALLERY = Gallery(good=(cv2.imencode(".jpg", np.full((27, 48, 3), 120, np.uint8))[1].tobytes(),), leaks=())

Handler = Callable[[httpx.Request], httpx.Response]


def crops_in(request: httpx.Request) -> int:
    return request.content.count(b'name="files"') or 1


def judge(request: httpx.Request) -> httpx.Response:
    decision = {"verdict": "no_leak", "decision_id": "1"}
    batch = request.url.path.endswith("batch")
    return httpx.Response(200, json={"results": [decision] * crops_in(request)} if batch else decision)


async def pumped(
    handler: Handler, pace: SendingRate, *events: str
) -> tuple[SimulationResult, list[tuple[SimulatedCrop, dict[str, object]]]]:
    plant = Plant(GALLERY, cameras=2, wells=4, events=[parse_event(event) for event in events])
    result = SimulationResult(pace.frames_per_s * 8)
    heard: list[tuple[SimulatedCrop, dict[str, object]]] = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://service") as client:
        await Sender(plant, pace, client, result, lambda crop, answer: heard.append((crop, answer))).run()
    return result, heard


async def test_frames_go_out_as_batches_at_the_rate() -> None:
    result, heard = await pumped(judge, SendingRate(frames_per_s=20, seconds=0.48))
    assert result.requests == 20
    assert result.sent == 80
    assert result.verdicts == Counter(no_leak=80)
    assert len(heard) == 80
    assert result.summary()["sent_crops_per_s"] == pytest.approx(80 / 0.48, rel=0.3)


async def test_crops_go_out_one_by_one_when_asked() -> None:
    requests: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return judge(request)

    result, _ = await pumped(note, SendingRate(frames_per_s=10, seconds=0.3, single=True))
    assert (result.sent, result.requests) == (24, 24)
    assert {request.url.path for request in requests} == {"/v1/inspect"}
    assert {request.url.params["well_id"] for request in requests} == {"1a", "1b", "2a", "2b"}


async def test_a_batch_names_its_camera_in_the_address_too() -> None:
    requests: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return judge(request)

    await pumped(note, SendingRate(frames_per_s=10, seconds=0.05))
    for request in requests:
        start = request.content.index(b'[{"camera_id"')
        meta = json.JSONDecoder().raw_decode(request.content[start:].decode("latin-1"))[0]
        assert {entry["camera_id"] for entry in meta} == {request.url.params["camera_id"]}


async def test_an_unplugged_camera_sends_nothing_and_the_other_goes_on() -> None:
    result, heard = await pumped(judge, SendingRate(frames_per_s=20, seconds=0.5), "pause:cam-1@0")
    assert {crop.camera_id for crop, _ in heard} == {"cam-2"}
    assert result.sent == 40


async def test_a_burst_sends_more() -> None:
    result, _ = await pumped(judge, SendingRate(frames_per_s=10, seconds=0.5), "burst=4@0")
    assert result.sent == pytest.approx(4 * 40, abs=8)


async def test_refusals_and_broken_connections_are_counted_by_what_they_were() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.params["camera_id"] == "cam-1":
            return httpx.Response(503)
        raise httpx.ConnectError("refused")

    result, _ = await pumped(refuse, SendingRate(frames_per_s=10, seconds=0.1))
    assert result.refused == Counter({"503": 4, "ConnectError (refused)": 4})
    assert not result.verdicts


async def test_a_client_that_waits_for_too_many_answers_holds_back_and_says_so() -> None:
    result, _ = await pumped(judge, SendingRate(frames_per_s=10, seconds=0.1, outstanding=0))
    assert (result.sent, result.held_back) == (0, 8)


def test_a_summary_reads_well_without_a_single_answer() -> None:
    assert SimulationResult(1.0).summary()["latency_ms"] == {"p50": None, "p99": None, "max": None}
    assert "verdicts  none" in SimulationResult(1.0).text()


async def test_why_a_connection_failed_is_told() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("certificate verify failed: self-signed certificate", request=request)

    result, _ = await pumped(fail, SendingRate(frames_per_s=10, seconds=0.1))
    assert list(result.refused) == ["ConnectError (certificate verify failed: self-signed certificate)"]
    assert "with ConnectError (certificate verify failed" in result.text()
