"""The load generators and what they say."""

import json
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import multipart
import pytest

from tests.perf.crops import BOUNDARY, form
from tests.perf.load import saturated_of
from tests.perf.pace import Requests
from tests.perf.stages import Stage, table
from tests.perf.training import Speed
from tests.perf.training import table as training_table
from training.recipe.recipe import read_recipe


def output(**changes: int) -> str:
    result = {"requests": 1000, "duration_us": 2_000_000, "not_2xx": 0, "broken": 0} | changes
    return f"Running 2s test\n  1 threads and 32 connections\n\n{json.dumps(result)}\n"


def test_refused_requests_are_no_part_of_the_rate() -> None:
    done = saturated_of(output(not_2xx=10), "/v1/inspect", 0.2)
    assert (done.requests, done.refused, done.rate, done.client_share) == (990, 10, 495.0, 0.2)


@pytest.mark.parametrize("fault", [{"not_2xx": 11}, {"broken": 1}])
def test_a_load_that_was_not_answered_is_no_measurement(fault: dict[str, int]) -> None:
    with pytest.raises(RuntimeError, match="/v1/inspect"):
        saturated_of(output(**fault), "/v1/inspect", 0.2)


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"{number:03}").write_bytes(bytes([number]) * (number + 1))
    return tmp_path


def test_labelled_requests_never_show_a_well_the_same_picture_twice_in_a_row(bodies: Path) -> None:
    requests = Requests("/v1/inspect", bodies, "image/jpeg", labelled=True)
    shown: dict[str, list[bytes]] = {}
    for number in range(9):
        head, _, body = requests.get(number).partition(b"\r\n\r\n")
        well = parse_qs(urlsplit(head.split()[1].decode()).query)["well_id"][0]
        shown.setdefault(well, []).append(body)
    assert len(shown) == 3
    assert all(before != after for pictures in shown.values() for before, after in pairwise(pictures))


def test_plain_requests_post_every_body(bodies: Path) -> None:
    requests = Requests("/v1/inspect", bodies, "image/jpeg", labelled=False)
    assert {requests.get(number).rpartition(b"\r\n\r\n")[2] for number in range(3)} == {b"\0", b"\1" * 2, b"\2" * 3}


def test_forms_are_read_back_as_they_were_written() -> None:
    with multipart.PushMultipartParser(BOUNDARY) as parser:
        events = list(parser.parse(form("files", [b"first", b"second"])))
    assert b"".join(bytes(event) for event in events if isinstance(event, bytes | bytearray)) == b"firstsecond"


def test_stages_are_told_in_microseconds() -> None:
    assert "| 34.5      | 19.0     | 18.5 " in table([Stage("gate", 34.5, 19.0, 18.54)])


def test_epochs_are_compared_within_a_round() -> None:
    rounds = [(Speed(0.1, 80.0, 3.0), Speed(0.0, 2.0, 1.5)), (Speed(0.1, 90.0, 3.0), Speed(0.0, 3.0, 1.0))]
    text = training_table(read_recipe("dense_ae"), 2000, rounds)
    assert "35.0 (30.0 to 40.0)" in text
    assert "2.5 (2.0 to 3.0)" in text
