"""What a comparison is made of: recipes, seeds, and how much is drawn and learnt."""

from dataclasses import dataclass, replace

import numpy as np

from training.bench import Extent
from training.config import Recipe, read_recipe, recipe_names
from training.data import Dataset
from training.lessons import bounded_times
from training.splits import Split

CHALLENGES, QUICK_CHALLENGES = 120, 30
QUICK_EPOCHS = 2
QUICK_GOOD = 1500
FEW_GOOD, FEWEST_STEPS = 1000, 300
LARGE_PX = 48


@dataclass(frozen=True, slots=True)
class Plan:
    """Recipes, how many seeds each, stress pictures a family; ``most_good`` bounds the wells that are fitted."""

    recipes: tuple[Recipe, ...]
    seeds: int
    challenges: int
    most_good: int | None = None

    def bounded(self, parts: Split) -> Split:
        """The split with no more good wells to fit than the plan wants."""
        return replace(parts, fit_good=parts.fit_good[: self.most_good])

    def suited(self, wells: int) -> "Plan":
        """The plan for so many good wells to fit: few of them are seen more often, lest nothing be learnt."""
        if wells >= FEW_GOOD:
            return self
        steps = (max(recipe.least_steps, FEWEST_STEPS) for recipe in self.recipes)
        recipes = (
            recipe.model_copy(update={"least_steps": least}) for recipe, least in zip(self.recipes, steps, strict=True)
        )
        return replace(self, recipes=tuple(recipes))

    def extent(self, parts: Split) -> Extent:
        """How much is drawn for this plan."""
        wanted = max(max(recipe.lessons.leaks, recipe.lessons.nuisances) for recipe in self.recipes)
        return Extent(bounded_times(wanted, len(parts.fit_good)), self.challenges)


def full_plan(names: tuple[str, ...], seeds: int) -> Plan:
    """Every recipe with every seed."""
    recipes = tuple(read_recipe(name) for name in names)
    return Plan(recipes, seeds, CHALLENGES)


def quick_plan(names: tuple[str, ...]) -> Plan:
    """One seed, two epochs, few wells: for a first look."""
    recipes = (read_recipe(name) for name in names)
    short = tuple(recipe.model_copy(update={"epochs": min(recipe.epochs, QUICK_EPOCHS)}) for recipe in recipes)
    return Plan(short, 1, QUICK_CHALLENGES, QUICK_GOOD)


def default_names(data: Dataset) -> tuple[str, ...]:
    """The recipes that suit the pictures: small crops (median of the shorter side under 48 px) or larger pictures."""
    shorter = float(np.median([min(group.picture.shape[:2]) for group in data.groups]))
    size = "small" if shorter < LARGE_PX else "large"
    return tuple(name for name in recipe_names() if read_recipe(name).suits in {size, "any"})
