from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from service.contract.errors import NotAPicture, SetupError
from service.contract.picture import decode
from service.simulation.events import parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant, SimulatedCrop


def drawn(seed: int) -> bytes:
    picture = np.random.default_rng(seed).integers(60, 180, (27, 48, 3), np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


GALLERY = Gallery(good=tuple(drawn(seed) for seed in range(50)), leaks=(drawn(100),))


def frame(*events: str, number: int = 0, at_s: float = 0.0, camera: str = "cam-1") -> list[SimulatedCrop]:
    plant = Plant(GALLERY, cameras=2, wells=4, events=[parse_event(event) for event in events])
    return plant.frame(camera, number, at_s)


def test_a_frame_has_a_crop_of_each_half_well_with_its_ids_and_time() -> None:
    crops = frame()
    assert [crop.well_id for crop in crops] == ["1a", "1b", "2a", "2b"]
    assert {crop.camera_id for crop in crops} == {"cam-1"}
    assert all(datetime.now(UTC) - crop.captured_at < timedelta(seconds=10) for crop in crops)
    assert all(crop.image in GALLERY.good for crop in crops)


def test_pictures_differ_from_frame_to_frame_and_from_camera_to_camera() -> None:
    first, second, other = frame(number=0), frame(number=1), frame(number=0, camera="cam-2")
    assert all(a.image != b.image for a, b in zip(first, second, strict=True))
    assert all(a.image != b.image for a, b in zip(first, other, strict=True))


def test_a_frozen_camera_repeats_itself() -> None:
    pictures = [[crop.image for crop in frame("frozen@0", number=number)] for number in (3, 4)]
    assert pictures[0] == pictures[1]


def test_a_leak_shows_at_its_well_alone() -> None:
    crops = frame("leak:cam-1:2a@0")
    assert [crop.well_id for crop in crops if crop.image in GALLERY.leaks] == ["2a"]


def test_a_leak_without_a_picture_of_one_is_refused() -> None:
    with pytest.raises(SetupError, match="no picture of one"):
        Plant(Gallery(GALLERY.good, ()), 1, 1, [parse_event("leak@0")])


@pytest.mark.parametrize(
    ("event", "share"), [("black@0", 0.0), ("dim=0.5@0", 0.5), ("blur@0", 1.0), ("white@0", 255 / 120)]
)
def test_a_fault_changes_the_light_as_it_says(event: str, share: float) -> None:
    ordinary, altered = (np.mean(decode(crops[0].image)) for crops in (frame(), frame(event)))
    assert altered == pytest.approx(share * ordinary, abs=8)


def test_a_broken_file_cannot_be_decoded() -> None:
    with pytest.raises(NotAPicture):
        decode(frame("broken@0")[0].image)


def test_a_stale_picture_says_so() -> None:
    assert datetime.now(UTC) - frame("stale=60@0")[0].captured_at > timedelta(seconds=59)


def test_haste_follows_bursts_and_pauses() -> None:
    plant = Plant(GALLERY, 2, 1, [parse_event("burst=3:cam-1@0+10"), parse_event("pause@5+1")])
    assert [plant.haste("cam-1", at_s) for at_s in (0, 5, 7, 10)] == [3.0, 0.0, 3.0, 1.0]
    assert plant.haste("cam-2", 0) == 1.0
