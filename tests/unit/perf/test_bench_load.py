"""The load generators and what they say."""

import json
import shutil
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import multipart
import pytest

from service.contract.artifact import open_artifact, read_active
from service.contract.picture import decode
from tests.perf.commits import build
from tests.perf.crops import BOUNDARY, drawn_crops, form, good_to, real_crops
from tests.perf.load import saturated_by_hey, saturated_of
from tests.perf.pace import Requests
from tests.perf.stages import Stage, table
from tests.perf.training import Speed
from tests.perf.training import table as training_table
from tests.perf.verdicts import verdicts_of
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


HEY = """
Summary:
  Total:\t2.0004 secs
  Requests/sec:\t1500.2

Status code distribution:
  [200]\t3000 responses
"""


def test_the_second_generator_counts_what_was_answered() -> None:
    assert saturated_by_hey(HEY).rate == pytest.approx(3000 / 2.0004)
    with pytest.raises(RuntimeError, match="503"):
        saturated_by_hey(HEY + "  [503]\t1 responses\n")


def test_verdicts_are_read_from_one_answer_a_frame_or_a_list() -> None:
    good, bad = {"verdict": "no_leak"}, {"verdict": "leak"}
    assert verdicts_of(good) == ["no_leak"]
    assert verdicts_of({"results": [good, bad]}) == verdicts_of([good, bad]) == ["no_leak", "leak"]


def test_drawn_crops_have_the_sizes_of_a_plant_and_are_good_wells() -> None:
    folder = Path(__file__).parents[3] / "model_artifacts"
    artifact = open_artifact(folder / read_active(folder))
    crops = drawn_crops(artifact, 20)
    assert len({decode(crop).shape for crop in crops}) > 10
    assert good_to(artifact, crops, 20) == crops


def test_wrong_data_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"nowhere does not exist.*") as refusal:
        real_crops(tmp_path / "nowhere")
    assert "\n" not in str(refusal.value)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: make system-packages")
def test_a_commit_that_is_none_is_told_in_one_line() -> None:
    with pytest.raises(SystemExit, match="no-such-commit is no commit"):
        build("no-such-commit")
