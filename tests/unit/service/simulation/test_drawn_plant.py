from datetime import UTC, datetime, timedelta

import pytest

from service.contract.picture import decode
from service.simulation.drawn_plant import CAMERAS, LEAK_S, ROUND_S, WELLS, DrawnPlant, DrawnRound
from tests.wells import good_well

MINUTES = range(30)


def happenings(minute: int, second: float) -> dict[tuple[str, str], set[str]]:
    """What happens where."""
    drawn = DrawnRound(minute)
    found = {
        (camera_id, well_id): set(drawn.happenings(camera_id, index, second))
        for camera_id in CAMERAS
        for index, well_id in enumerate(WELLS)
    }
    return {place: what for place, what in found.items() if what}


def test_every_minute_one_well_leaks_for_a_while_each_camera_in_turn() -> None:
    cameras = []
    for minute in MINUTES:
        assert happenings(minute, 0) == {}
        ((camera_id, _), what), *others = happenings(minute, LEAK_S[0]).items()
        assert (what, others) == ({"leak"}, [])
        cameras.append(camera_id)
    assert cameras == [*CAMERAS] * (len(MINUTES) // 2)


def test_the_leak_grows_to_a_full_stream() -> None:
    drawn = DrawnRound(0)
    early, late = (drawn.happenings(drawn.camera_id, drawn.leaking_well, second)["leak"] for second in (20, 37.9))
    assert 0.2 < early < late <= 1


@pytest.mark.parametrize(("second", "what"), [(6, "tool"), (46, "steam")])
def test_a_handle_and_a_cloud_come_every_minute_and_touch_few_wells(second: float, what: str) -> None:
    for minute in MINUTES:
        touched = happenings(minute, second)
        assert 1 <= len(touched) <= 6
        assert set().union(*touched.values()) == {what}


def test_a_frame_has_a_fresh_picture_of_every_well() -> None:
    plant = DrawnPlant([good_well(1)])
    frames = [plant.frame(CAMERAS[0], number, number * ROUND_S) for number in range(2)]
    assert [crop.well_id for crop in frames[0]] == list(WELLS)
    assert len({crop.image for frame in frames for crop in frame}) == 2 * len(WELLS)
    assert all(datetime.now(UTC) - crop.captured_at < timedelta(seconds=30) for crop in frames[1])
    assert decode(frames[0][0].image).shape == (54, 96, 3)
