from pathlib import Path

import pytest

from service.contract.errors import RecipeError
from training.recipe.recipe import parse_recipe, read_recipe, recipe_names

SMALL = """
name = "small"
summary = "for tests"
epochs = 1
batch = 8
input = {height = 16, width = 24}
model = {kind = "conv_fc_ae", latent_dim = 4}
threshold = {strategy = "decision_stump"}
"""


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_of_the_package_bears_the_name_of_its_file(name: str) -> None:
    assert read_recipe(name).name == name


def test_a_recipe_is_read_from_any_path(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL)
    assert read_recipe(str(tmp_path / "mine.toml")).name == "small"


def test_a_recipe_survives_json() -> None:
    recipe = parse_recipe(SMALL, "x")
    assert type(recipe).model_validate_json(recipe.model_dump_json()) == recipe


def test_a_recipe_may_call_augmentation_and_disturbances_by_their_former_names() -> None:
    former = parse_recipe(f"lessons = {{leaks = 2, nuisances = 3}}\n{SMALL}", "x")
    present = parse_recipe(f"augmentation = {{leaks = 2, disturbances = 3}}\n{SMALL}", "x")
    assert former == present


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("colour = 1", "colour"),
        ("batch = 0", "batch"),
        ("batch = ", "TOML"),
        ("representation = {crop = [32, 32]}", "crop is larger"),
        ("representation = {blur_kernel = 4}", "odd"),
        ("representation = {blurr = 3}", "blurr"),
        ('representation = {colour = "lab"}\nerror = {relative = true}', "error.relative needs"),
        ('loss = {reduction = "median"}', "loss.reduction"),
        ("input = {height = 18, width = 24}", "divisible by 4, not 18 x 24"),
        ("representation = {crop = [16, 22]}", "divisible by 4, not 16 x 22"),
        ('model = {kind = "principal_ae", patch = 3}', "divisible by 3, not 16 x 24"),
        ('threshold = {strategy = "magic"}', "threshold.strategy"),
    ],
)
def test_what_a_recipe_gets_wrong_is_named(line: str, named: str) -> None:
    text = "\n".join(row for row in SMALL.splitlines() if not line.startswith(row.partition(" ")[0] or "-"))
    with pytest.raises(RecipeError, match=named):
        parse_recipe(f"{line}\n{text}", "mine.toml")


def test_an_unknown_recipe_is_told_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="conv_fc_ae_b"):
        read_recipe("no_such_recipe")
