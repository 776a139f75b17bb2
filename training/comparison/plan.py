"""What a comparison is made of: recipes, seeds, and how much is drawn and learnt."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.contract.errors import RecipeError
from training.comparison.picture_sets import Extent
from training.dataset.data import Dataset, Group
from training.dataset.splits import Split
from training.evaluation.thresholds import require_parameters
from training.recipe.recipe import Recipe, read_recipe, recipe_names
from training.synthetic.augmentation import bounded_times

CHALLENGES, QUICK_CHALLENGES = 120, 30
QUICK_EPOCHS = 2
QUICK_GOOD = 1500
FEW_GOOD, FEWEST_STEPS, QUICK_STEPS = 1000, 300, 120
LARGE_PX = 48
MOST_SLENDER = 4.0
SIDE_STEP = 16
"""What the sides of a large input are multiples of: texture takes a quarter, networks halve it twice."""


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """Recipes, how many seeds each, synthetic pictures a family; ``most_good`` bounds the wells that are fitted.

    ``fewest_steps`` are taken where wells are so few that the epochs have less.
    """

    recipes: tuple[Recipe, ...]
    seeds: int
    challenges: int
    most_good: int | None = None
    fewest_steps: int = FEWEST_STEPS

    def bounded(self, parts: Split) -> Split:
        """The split with no more good wells to fit than the plan wants."""
        return replace(parts, fit_good=parts.fit_good[: self.most_good])

    def suited(self, parts: Split) -> "ComparisonPlan":
        """The plan for these pictures: large inputs get their proportions, and few wells are seen more often."""
        recipes = tuple(_shaped(recipe, parts.fit_good) for recipe in self.recipes)
        if len(parts.fit_good) >= FEW_GOOD:
            return replace(self, recipes=recipes)
        challenges = min(self.challenges, QUICK_CHALLENGES)  # few wells look alike: more of them tell nothing new
        return replace(
            self, recipes=tuple(_repeated(recipe, self.fewest_steps) for recipe in recipes), challenges=challenges
        )

    def extent(self, parts: Split) -> Extent:
        """How much is drawn for this plan."""
        wanted = max(max(recipe.augmentation.leaks, recipe.augmentation.disturbances) for recipe in self.recipes)
        return Extent(bounded_times(wanted, len(parts.fit_good)), self.challenges)


def _repeated(recipe: Recipe, steps: int) -> Recipe:
    """The recipe with enough steps to learn from few wells; what starts from principal components needs none."""
    if recipe.model.kind == "principal_ae":
        return recipe
    return recipe.model_copy(update={"least_steps": max(recipe.least_steps, steps)})


def _shaped(recipe: Recipe, groups: Sequence[Group]) -> Recipe:
    """A recipe for large pictures in their median proportions, of about the same area."""
    if recipe.suits != "large" or recipe.representation.crop or not groups:
        return recipe
    height, width = (recipe.input.height, recipe.input.width)
    ratio = float(np.median([group.size[1] / group.size[0] for group in groups]))
    wide = min(max(ratio * height / width, 1 / MOST_SLENDER), MOST_SLENDER)
    sides = {"height": _side(height / math.sqrt(wide)), "width": _side(width * math.sqrt(wide))}
    return recipe.model_copy(update={"input": recipe.input.model_copy(update=sides)})


def _side(length: float) -> int:
    return max(1, round(length / SIDE_STEP)) * SIDE_STEP


def full_plan(names: tuple[str, ...], seeds: int) -> ComparisonPlan:
    """Every recipe with every seed."""
    return ComparisonPlan(_recipes(names), seeds, CHALLENGES)


def quick_plan(names: tuple[str, ...]) -> ComparisonPlan:
    """One seed, two epochs, few wells: for a first look."""
    recipes = _recipes(names)
    short = tuple(recipe.model_copy(update={"epochs": min(recipe.epochs, QUICK_EPOCHS)}) for recipe in recipes)
    return ComparisonPlan(short, 1, QUICK_CHALLENGES, QUICK_GOOD, QUICK_STEPS)


def default_names(data: Dataset) -> tuple[str, ...]:
    """The recipes that suit the pictures: small crops (median of the shorter side under 48 px) or larger pictures."""
    shorter = float(np.median([min(group.size) for group in data.groups]))
    size = "small" if shorter < LARGE_PX else "large"
    return tuple(name for name in recipe_names() if read_recipe(name).suits in {size, "any"})


def _recipes(names: tuple[str, ...]) -> tuple[Recipe, ...]:
    recipes = tuple(read_recipe(name) for name in names)
    for recipe in recipes:
        require_parameters(recipe.threshold.strategy, recipe.threshold.parameters)
    twice = [name for name, count in Counter(recipe.name for recipe in recipes).items() if count > 1]
    if twice:
        raise RecipeError(f"several recipes are called {', '.join(twice)}: give each a name of its own, once")
    return recipes
