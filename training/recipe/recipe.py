"""The recipe: everything that decides how a candidate is trained, read from TOML and frozen."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from service.contract.errors import RecipeError
from service.contract.manifest import InputSpec
from training.recipe.networks import ModelSpec
from training.recipe.parts import Augmentation, ErrorRule, Loss, Optimiser, Part, Representation, ThresholdRule, renamed


class Recipe(Part):
    """One candidate, from the picture to the threshold.

    ``suits`` says for which size of pictures it is meant. Few pictures make short epochs: there are as many more of
    them as ``least_steps`` of the optimiser take. ``weight_bits`` 8 rounds the trained weights to a byte each, before
    anything is measured: a quarter of the file.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    summary: str
    input: InputSpec
    representation: Representation = Representation()
    model: ModelSpec
    error: ErrorRule = ErrorRule()
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()
    augmentation: Augmentation = Augmentation()
    epochs: Annotated[int, Field(ge=1, le=1000)]
    least_steps: Annotated[int, Field(ge=0, le=100_000)] = 0
    batch: Annotated[int, Field(ge=1, le=65536)]
    threshold: ThresholdRule
    weight_bits: Literal[8, 32] = 32
    suits: Literal["small", "large", "any"] = "small"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @model_validator(mode="before")
    @classmethod
    def _former_name(cls, given: object) -> object:
        """Take ``lessons``, as the augmentation was called, for it."""
        return renamed(given, "lessons", "augmentation")

    @model_validator(mode="after")
    def _sides_fit(self) -> Self:
        height, width = self.representation.crop or (self.input.height, self.input.width)
        if height > self.input.height or width > self.input.width:
            raise ValueError("representation.crop is larger than input")
        divisor = self.model.divisor
        if height % divisor or width % divisor:
            raise ValueError(
                f"{self.model.kind} needs sides divisible by {divisor}, not {height} x {width}: change crop"
            )
        return self

    @model_validator(mode="after")
    def _detail_is_of_colours(self) -> Self:
        if self.error.relative and (self.representation.colour != "rgb" or self.representation.texture):
            raise ValueError("error.relative needs representation.colour 'rgb' and no texture")
        return self


def recipe_names() -> list[str]:
    """Names of the recipes that come with this package."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def read_recipe(name_or_path: str) -> Recipe:
    """Read a recipe of this package by its name, or any TOML file by its path.

    Raises:
        RecipeError: no such recipe, no TOML, an unknown key or a value out of range.
    """
    if name_or_path in recipe_names():
        return parse_recipe((_folder() / f"{name_or_path}.toml").read_text(encoding="utf-8-sig"), name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        raise RecipeError(f"there is no recipe {name_or_path!r}: give a file or one of {', '.join(recipe_names())}")
    return parse_recipe(path.read_text(encoding="utf-8-sig"), name_or_path)


def parse_recipe(text: str, origin: str) -> Recipe:
    """Turn TOML into a recipe; ``origin`` names it in errors."""
    try:
        return Recipe.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"recipe {origin}: no valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise RecipeError(f"recipe {origin}: {field}: {first['msg']}") from error


def _folder() -> resources.abc.Traversable:
    return resources.files("training") / "recipes"
