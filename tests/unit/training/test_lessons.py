import numpy as np
import pytest

from service.contract.manifest import InputSpec
from tests.wells import good_well
from training import stress
from training.lessons import FAMILIES, LEAK_KINDS, Course, chunks, course, draw, joined, reduced

WELLS = [good_well(seed) for seed in range(5)]
SPEC = InputSpec(height=16, width=24)


def test_every_family_of_leaks_belongs_to_exactly_one_kind() -> None:
    members = [family for families in LEAK_KINDS.values() for family in families]
    assert sorted(members) == sorted(stress.LEAKS)


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_same_course_draws_the_same_pictures(kind: str) -> None:
    first, second = (draw(WELLS, course(kind, 2)) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first.pictures, second.pictures, strict=True))
    assert first.family == second.family


def test_more_repeats_only_add_to_what_fewer_draw() -> None:
    one, two = (draw(WELLS, course("leaks", times)).lesson(SPEC) for times in (1, 2))
    assert np.array_equal(two.at_most(1).pixels, one.pixels)
    assert np.array_equal(two.at_most(1).source, one.source)


def test_chunks_joined_know_the_well_below_each_picture() -> None:
    some = [good_well(seed) for seed in range(300)]
    plain = Course(("light",), 1, 0.0, 0)
    drawn = joined(draw(piece, plain, first).rows() for first, piece in chunks(some))
    assert drawn.source == tuple(range(300))
    for picture, source in zip(drawn.pictures, drawn.source, strict=True):
        assert abs(picture.astype(float) - some[source]).mean() < 30


def test_families_can_be_left_out() -> None:
    lesson = draw(WELLS, course("leaks", 4)).lesson(SPEC)
    kept = lesson.without(LEAK_KINDS["torn"])
    assert not set(kept.family) & set(LEAK_KINDS["torn"])
    assert len(kept.pixels) == len(kept.source) == len(kept.family) < len(lesson.family)


def test_large_pictures_are_drawn_on_reduced() -> None:
    assert reduced(good_well(1, 400, 800)).shape == (80, 160, 3)
    assert reduced(WELLS[0]) is WELLS[0]


def test_no_lesson_is_an_empty_one() -> None:
    assert draw(WELLS, course("leaks", 0)).lesson(SPEC).pixels.shape == (0, 16, 24, 3)
