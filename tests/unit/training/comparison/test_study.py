import numpy as np

from tests.wells import good_well, leaking_well
from training.comparison.study import study
from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.splits import Split, split
from training.recipe.recipe import read_recipe

GOOD = [Group(f"good{seed}", good_well(seed), Label.GOOD, False, (f"good{seed}.png",)) for seed in range(80)]
LEAKS = [Group(f"leak{seed}", leaking_well(seed), Label.LEAK, False, (f"leak{seed}.png",)) for seed in range(6)]


def parts() -> Split:
    return split(Dataset((*GOOD, *LEAKS), (), ()))


def test_a_line_says_how_a_recipe_does() -> None:
    recipe = read_recipe("conv_fc_ae_b").model_copy(update={"epochs": 1})
    given = parts()
    line = study(recipe, given, given.choice_good, "")
    assert line.startswith("conv_fc_ae_b, seed 0: threshold ")
    for name in ("unseen scenes passed", "at 70% contrast found", "emptied found", "smudge passed"):
        assert f"{name} " in line
    assert np.isfinite(float(line.split("threshold ")[1].split(";")[0]))
