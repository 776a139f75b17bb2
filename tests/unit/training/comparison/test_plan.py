from pathlib import Path

import numpy as np
import pytest

from service.contract.errors import RecipeError
from training.comparison.plan import FEWEST_STEPS, QUICK_CHALLENGES, ComparisonPlan, full_plan, quick_plan
from training.dataset.data import Group
from training.dataset.layout import Label
from training.dataset.splits import Split
from training.recipe.recipe import read_recipe

TINY = """
name = "{name}"
summary = "for tests"
epochs = 5
batch = 8
input = {{ height = 16, width = 24 }}
model = {{ kind = "conv_fc_ae", latent_dim = 4 }}
threshold = {{ strategy = "decision_stump", parameters = {{ {parameters} }} }}
"""


def parts(height: int, width: int, count: int = 4) -> Split:
    picture = np.zeros((height, width, 3), np.uint8)
    groups = tuple(Group(str(number), picture, Label.GOOD, sealed=False, files=("a.png",)) for number in range(count))
    return Split(groups, groups, groups, groups, groups, groups)


def sides(plan: ComparisonPlan) -> tuple[int, int]:
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


def recipe(folder: Path, file: str, name: str, parameters: str = "") -> str:
    (folder / file).write_text(TINY.format(name=name, parameters=parameters))
    return str(folder / file)


def test_a_quick_plan_fits_each_recipe_once_and_shortly(tmp_path: Path) -> None:
    plan = quick_plan((recipe(tmp_path, "a.toml", "a"), "conv_fc_ae_b"))
    assert plan.seeds == 1
    assert [one.name for one in plan.recipes] == ["a", "conv_fc_ae_b"]
    assert all(one.epochs == 2 for one in plan.recipes)


def test_two_recipes_of_one_name_could_not_be_told_apart(tmp_path: Path) -> None:
    files = (recipe(tmp_path, "a.toml", "same"), recipe(tmp_path, "b.toml", "same"))
    with pytest.raises(RecipeError, match="several recipes are called same"):
        full_plan(files, seeds=3)


def test_a_wrong_threshold_parameter_is_refused_before_anything_is_fitted(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="decision_stump has no parameter 'budget'"):
        full_plan((recipe(tmp_path, "a.toml", "a", "budget = 0.1"),), seeds=3)
