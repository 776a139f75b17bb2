import pytest

from service.streams.continuity import Continuity

KEYFRAME = True
STEADY = [(3000 * number, number % 10 == 0) for number in range(30)]


def trusted(packets: list[tuple[int | None, bool]]) -> list[int | None]:
    """The times of the pictures that are taken for whole."""
    continuity = Continuity()
    return [pts for pts, keyframe in packets if continuity.is_whole(pts, keyframe)]


def test_a_steady_stream_is_whole_once_its_step_is_known() -> None:
    assert trusted([*STEADY]) == [pts for pts, _ in STEADY[3:]]


@pytest.mark.parametrize("lost", range(1, 30))
def test_behind_a_lost_packet_nothing_is_whole_before_the_next_keyframe(lost: int) -> None:
    left = [*STEADY[:lost], *STEADY[lost + 1 :]]
    next_keyframe = 3000 * (10 * (lost // 10) + 10)
    wrong = [pts for pts in trusted(left) if 3000 * lost < pts < next_keyframe] if lost > 3 else []
    assert wrong == []
    assert 3000 * 29 in trusted([*left, (3000 * 30, KEYFRAME), (3000 * 31, False)]) or lost >= 20


def test_what_began_before_the_step_was_known_is_judged_by_it_too() -> None:
    left: list[tuple[int | None, bool]] = [STEADY[0], *STEADY[2:10]]
    assert trusted(left) == []


def test_steps_that_jitter_are_no_loss() -> None:
    jittered = [(pts + (-1) ** number * 200, keyframe) for number, (pts, keyframe) in enumerate(STEADY)]
    assert len(trusted([*jittered])) == 27


def test_without_a_time_or_with_one_that_goes_back_nothing_is_whole_before_a_keyframe() -> None:
    assert trusted([*STEADY[:5], (None, False), *STEADY[6:10]]) == [9000, 12000]
    assert trusted([*STEADY[:5], (0, False), *STEADY[6:10]]) == [9000, 12000]


def test_before_the_first_keyframe_nothing_is_whole() -> None:
    assert trusted([*STEADY[1:10]]) == []
