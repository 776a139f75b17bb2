"""From crops to decisions: what is refused before a pixel is decoded, and when it is too late."""

import dataclasses
import math
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import pytest

from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import DeadlineExceeded, NotAPicture, PictureTooLarge
from service.contract.gate.gates import Gates
from service.contract.lossless import png_of
from service.contract.manifest import GateLimits, Range
from service.judging.judge import judge_each, pixels_to_decode, with_header
from service.judging.serving import Serving, open_serving
from service.monitoring.freshness import FreshnessMonitor
from service.settings import Settings
from tests.judged import shot_of
from tests.pictures import bomb, encoded, jpeg
from tests.small_artifact import SPEC, rewrite_manifest, write_artifact
from tests.wells import good_well

GOOD = jpeg(good_well(3))
EXIF = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    root = tmp_path_factory.mktemp("artifacts")
    opened = open_serving(root / write_artifact(root), Settings())
    return dataclasses.replace(
        opened, gates=Gates(GateLimits(width=Range(low=20, high=100), height=Range(low=20, high=60)), SPEC)
    )


def test_the_size_in_the_header_decides_before_anything_is_decoded(serving: Serving) -> None:
    (outcome,) = judge_each(serving, [shot_of(bomb(5000, 5000))])  # not one of its pixels is there
    assert isinstance(outcome, Decision)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, Reason.INPUT_SIZE)
    assert outcome.picture is not None
    assert (outcome.picture.width, outcome.picture.height) == (5000, 5000)


def test_pictures_of_sixteen_bits_are_read_by_the_levels_of_the_artefact(tmp_path: Path) -> None:
    artifact = write_artifact(tmp_path)
    deep = good_well(3).astype(np.uint16) * 16  # twelve bits
    shot = shot_of(cv2.imencode(".png", cv2.cvtColor(deep, cv2.COLOR_RGB2BGR))[1].tobytes())
    (outcome,) = judge_each(open_serving(tmp_path / artifact, Settings()), [shot])
    assert isinstance(outcome, Decision)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, Reason.INPUT_BLACK)
    rewrite_manifest(tmp_path / artifact, levels={"black": 0, "white": 4095})
    (outcome,) = judge_each(open_serving(tmp_path / artifact, Settings()), [shot])
    assert isinstance(outcome, Decision)
    assert outcome.verdict is Verdict.NO_LEAK


def test_pixels_that_came_as_such_are_bounded_as_those_of_a_file(serving: Serving) -> None:
    small = dataclasses.replace(serving, max_pixels=1000)
    shot = shot_of(png_of(good_well(3)))
    (outcome,) = judge_each(small, [with_header(shot)._replace(pixels=good_well(3))])
    assert isinstance(outcome, PictureTooLarge)


def test_what_will_not_be_decoded_needs_no_pixels(serving: Serving) -> None:
    costs = [
        pixels_to_decode(serving, with_header(shot_of(image))) for image in (GOOD, bomb(5000, 5000), b"no picture")
    ]
    assert costs == [48 * 27, 0, 0]


def test_a_picture_that_exif_turns_by_a_quarter_is_judged_as_it_turns_out(serving: Serving) -> None:
    lying = cv2.rotate(good_well(3), cv2.ROTATE_90_COUNTERCLOCKWISE)
    upright = jpeg(np.asarray(cv2.resize(lying, (50, 90))))
    turned = upright[:2] + EXIF + upright[2:]
    plain, oriented = judge_each(serving, [shot_of(upright), shot_of(turned)])
    assert isinstance(plain, Decision)
    assert plain.reason is Reason.INPUT_SIZE
    assert isinstance(oriented, Decision)
    assert oriented.picture is not None
    assert (oriented.picture.width, oriented.picture.height) == (90, 50)
    assert oriented.reason is not Reason.INPUT_SIZE


def test_neighbours_of_what_cannot_be_decoded_are_judged(serving: Serving) -> None:
    outcomes = judge_each(serving, [shot_of(image) for image in (b"", GOOD, bomb(9, 9), GOOD[:-40] + b"\xff\xd9")])
    assert [type(outcome) for outcome in outcomes] == [NotAPicture, Decision, Decision, NotAPicture]


def test_no_inference_begins_after_the_deadline(serving: Serving) -> None:
    with pytest.raises(DeadlineExceeded):
        judge_each(serving, [shot_of(GOOD)], deadline=perf_counter())


def test_a_picture_may_become_stale_before_its_inference(serving: Serving) -> None:
    late, early = (shot_of(GOOD)._replace(stale_at=stale_at) for stale_at in (0.0, math.inf))
    outcomes = judge_each(serving, [late, early])
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Decision)] == [
        Reason.STALE,
        Reason.SCORE_BELOW_THRESHOLD,
    ]


def test_pictures_are_what_their_pixels_are(serving: Serving) -> None:
    freshness = FreshnessMonitor(10, 30, 5)
    crop = shot_of(encoded(good_well(3)[..., ::-1]))._replace(camera_id="cam-1", well_id="1a", arrived=0.0)
    again = crop._replace(image=crop.image + b"\0\0", arrived=11.0)
    outcomes = [*judge_each(serving, [crop], freshness), *judge_each(serving, [again], freshness)]
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Decision)]
    assert reasons == [Reason.SCORE_BELOW_THRESHOLD, Reason.FROZEN]


def test_what_the_gate_finds_is_said_rather_than_that_it_is_repeated(serving: Serving) -> None:
    black = shot_of(encoded(np.zeros((27, 48, 3), np.uint8)))
    crops = [black._replace(camera_id="cam-1", well_id=str(well)) for well in range(5)]
    outcomes = judge_each(serving, crops, FreshnessMonitor(10, 30, 5))
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Decision)} == {Reason.INPUT_BLACK}
