import numpy as np
import pytest

from service.contract.manifest import InputSpec
from tests.wells import good_well
from training.dataset.kept_pictures import reduced
from training.synthetic import kinds
from training.synthetic.augmentation import (
    FAMILIES,
    LEAK_KINDS,
    DrawingRule,
    augmentation_rule,
    chunks,
    draw,
    draw_at_sizes,
    joined,
    joined_at_size,
)

WELLS = [good_well(seed) for seed in range(5)]
SPEC = InputSpec(height=16, width=24)


def test_every_family_of_leaks_belongs_to_exactly_one_kind() -> None:
    members = [family for families in LEAK_KINDS.values() for family in families]
    assert sorted(members) == sorted(kinds.LEAKS)


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_same_rule_draws_the_same_pictures(kind: str) -> None:
    first, second = (draw(WELLS, augmentation_rule(kind, 2)) for _ in range(2))
    assert all(np.array_equal(one.picture, other.picture) for one, other in zip(first.rows, second.rows, strict=True))
    assert first.family == second.family


def test_more_repeats_only_add_to_what_fewer_draw() -> None:
    one, two = (draw(WELLS, augmentation_rule("leaks", times)).at_size(SPEC) for times in (1, 2))
    assert np.array_equal(two.at_most(1).pixels, one.pixels)
    assert np.array_equal(two.at_most(1).source, one.source)


def test_chunks_joined_know_the_well_below_each_picture() -> None:
    some = [good_well(seed) for seed in range(300)]
    plain = DrawingRule(("light",), 1, 0.0, 0)
    drawn = joined(draw(piece, plain, first) for first, piece in chunks(some))
    assert [row.source for row in drawn.rows] == list(range(300))
    for row in drawn.rows:
        assert abs(row.picture.astype(float) - some[row.source]).mean() < 30


def test_a_leak_is_to_become_the_well_with_the_nuisances_it_was_drawn_on() -> None:
    drawn = draw(WELLS, augmentation_rule("leaks", 20))
    pictures = drawn.at_size(SPEC, erase=True)
    borne = [not np.array_equal(row.before, WELLS[row.source]) for row in drawn.rows]
    assert 0.2 < np.mean(borne) < 0.6
    assert (pictures.restored != pictures.pixels).any(axis=(1, 2, 3)).mean() > 0.9


def test_a_nuisance_is_to_become_itself() -> None:
    pictures = draw(WELLS, augmentation_rule("disturbances", 2)).at_size(SPEC)
    assert pictures.restored is pictures.pixels
    assert pictures.at_most(1).restored is not pictures.pixels
    assert np.array_equal(pictures.at_most(1).restored, pictures.at_most(1).pixels)


def test_challenges_are_drawn_on_the_wells_as_they_are() -> None:
    drawn = draw(WELLS, DrawingRule(("crack",), 1, 0.4, 2))
    assert all(row.before is WELLS[row.source] for row in drawn.rows)


def test_families_can_be_left_out() -> None:
    pictures = draw(WELLS, augmentation_rule("leaks", 4)).at_size(SPEC)
    kept = pictures.without(LEAK_KINDS["torn"])
    assert not set(kept.family) & set(LEAK_KINDS["torn"])
    assert len(kept.pixels) == len(kept.source) == len(kept.family) < len(pictures.family)


def test_large_pictures_are_drawn_on_reduced() -> None:
    assert reduced(good_well(1, 400, 800)).shape == (96, 192, 3)
    assert reduced(WELLS[0]) is WELLS[0]


def test_no_lesson_is_an_empty_one() -> None:
    assert draw(WELLS, augmentation_rule("leaks", 0)).at_size(SPEC).pixels.shape == (0, 16, 24, 3)


def test_drawn_at_the_models_sizes_is_what_is_drawn_and_then_brought_there() -> None:
    rule, specs = augmentation_rule("leaks", 2), [SPEC, InputSpec(height=20, width=20)]
    pieces = [draw_at_sizes(some, rule, first, specs, erase=True) for first, some in chunks(WELLS)]
    for place, spec in enumerate(specs):
        whole = draw(WELLS, rule).at_size(spec, erase=True)
        found = joined_at_size([piece[place] for piece in pieces])
        for field in ("pixels", "restored", "source", "family"):
            assert np.array_equal(getattr(found, field), getattr(whole, field)), field


def test_of_no_wells_nothing_is_drawn() -> None:
    ((first, some),) = chunks([])
    (empty,) = draw_at_sizes(some, augmentation_rule("disturbances", 2), first, [SPEC], erase=False)
    assert joined_at_size([empty]).pixels.shape == (0, 16, 24, 3)
