import numpy as np
import pytest

from training.config import read_recipe
from training.data import Group
from training.layout import Label
from training.plan import FEWEST_STEPS, QUICK_CHALLENGES, Plan, full_plan
from training.splits import Split


def parts(height: int, width: int, count: int = 4) -> Split:
    picture = np.zeros((height, width, 3), np.uint8)
    groups = tuple(Group(str(number), picture, Label.GOOD, sealed=False, files=("a.png",)) for number in range(count))
    return Split(groups, groups, groups, groups, groups, groups)


def sides(plan: Plan) -> tuple[int, int]:
    return plan.recipes[0].input.height, plan.recipes[0].input.width


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(500, 500, (128, 128)), (600, 1000, (96, 160)), (1000, 400, (208, 80)), (50, 4000, (64, 256))],
)
def test_large_inputs_take_the_proportions_of_the_pictures(height: int, width: int, expected: tuple[int, int]) -> None:
    assert sides(full_plan(("large_texture",), 1).suited(parts(height, width))) == expected


def test_inputs_for_small_crops_stay_as_their_recipe_has_them() -> None:
    recipe = read_recipe("conv_ae")
    assert sides(full_plan(("conv_ae",), 1).suited(parts(600, 1000))) == (recipe.input.height, recipe.input.width)


def test_few_pictures_are_seen_more_often_and_challenged_less() -> None:
    plan = full_plan(("conv_fc_ae_b", "large_texture"), 1).suited(parts(64, 64))
    assert plan.recipes[0].least_steps >= FEWEST_STEPS
    assert plan.recipes[1].least_steps == 0, "what starts from principal components needs no steps"
    assert plan.challenges == QUICK_CHALLENGES


def test_many_pictures_change_nothing_but_the_proportions() -> None:
    plan = full_plan(("conv_fc_ae_b",), 1)
    assert plan.suited(parts(27, 48, count=1000)) == plan
