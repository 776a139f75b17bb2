from collections.abc import Sequence

import pytest

from service.streams.continuity import Continuity

KEYFRAME = True
STEADY = [(3000 * number, number % 10 == 0) for number in range(30)]


def trusted(packets: Sequence[tuple[int | None, bool]]) -> list[int | None]:
    """The times of the pictures that are taken for whole."""
    continuity = Continuity()
    return [pts for pts, keyframe in packets if continuity.is_whole(pts, keyframe)]


def test_a_steady_stream_is_whole_once_its_step_is_known() -> None:
    assert trusted(STEADY) == [pts for pts, _ in STEADY[3:]]


@pytest.mark.parametrize("lost", range(1, 30))
def test_behind_a_lost_packet_nothing_is_whole_before_the_next_keyframe(lost: int) -> None:
    given = trusted([*STEADY[:lost], *STEADY[lost + 1 :], (90_000, KEYFRAME), (93_000, False)])
    assert not [pts for pts in given if pts is not None and lost < pts / 3000 < 10 * (lost // 10) + 10]
    assert given[-2:] == [90_000, 93_000]


def test_what_began_before_the_step_was_known_is_judged_by_it_too() -> None:
    assert trusted([STEADY[0], *STEADY[2:10]]) == []


def test_steps_that_jitter_are_no_loss() -> None:
    jittered = [(pts + (-1) ** number * 200, keyframe) for number, (pts, keyframe) in enumerate(STEADY)]
    assert len(trusted(jittered)) == 27


def test_without_a_time_or_with_one_that_goes_back_nothing_is_whole_before_a_keyframe() -> None:
    assert trusted([*STEADY[:5], (None, False), *STEADY[6:10]]) == [9000, 12000]
    assert trusted([*STEADY[:5], (0, False), *STEADY[6:10]]) == [9000, 12000]


def test_before_the_first_keyframe_nothing_is_whole() -> None:
    assert trusted(STEADY[1:10]) == []
