"""The recipe: everything that decides how a candidate is trained, read from TOML and frozen."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from service.contract.errors import RecipeError
from service.contract.manifest import InputSpec

Odd = Annotated[int, Field(ge=1, le=31)]
Size = Annotated[int, Field(ge=8, le=256)]
Count = Annotated[int, Field(ge=1, le=4096)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Representation(_Part):
    """What becomes of the pixels inside the graph, in this order; scaling to 0..1 comes first.

    ``crop`` is height and width of the centre that is kept; ``blur_kernel`` 1 is no blur.
    """

    crop: tuple[Size, Size] | None = None
    blur_kernel: Odd = 1
    blur_sigma: Annotated[float, Field(gt=0, le=10)] = 1.0

    @model_validator(mode="after")
    def _kernel_has_a_centre(self) -> Self:
        if self.blur_kernel % 2 == 0:
            raise ValueError("blur_kernel must be odd")
        return self


class ConvFcAe(_Part):
    """System B's network: two strided convolutions, a linear latent, two transposed convolutions."""

    kind: Literal["conv_fc_ae"] = "conv_fc_ae"
    channels: tuple[Count, Count] = (8, 16)
    latent_dim: Count = 32


ModelSpec = ConvFcAe


class Loss(_Part):
    """``mean`` or ``sum`` of squared errors over pixels and batch, plus ``kl_weight`` times the divergence."""

    reduction: Literal["mean", "sum"] = "mean"
    kl_weight: Annotated[float, Field(ge=0)] = 0.0


class Optimiser(_Part):
    """Adam or AdamW with PyTorch's meaning of the numbers."""

    kind: Literal["adam", "adamw"] = "adam"
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: Annotated[float, Field(ge=0)] = 0.0


class ThresholdRule(_Part):
    """Name of a threshold strategy and its parameters."""

    strategy: str
    parameters: dict[str, JsonValue] = {}


class Recipe(_Part):
    """One candidate, from the picture to the threshold."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    summary: str
    input: InputSpec
    representation: Representation = Representation()
    model: ModelSpec
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()
    epochs: Annotated[int, Field(ge=1, le=1000)]
    batch: Annotated[int, Field(ge=1, le=65536)]
    threshold: ThresholdRule
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @model_validator(mode="after")
    def _crop_fits(self) -> Self:
        height, width = self.representation.crop or (0, 0)
        if height > self.input.height or width > self.input.width:
            raise ValueError("representation.crop is larger than input")
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
        return parse_recipe((_folder() / f"{name_or_path}.toml").read_text(encoding="utf-8"), name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        raise RecipeError(f"there is no recipe {name_or_path!r}: give a file or one of {', '.join(recipe_names())}")
    return parse_recipe(path.read_text(encoding="utf-8"), name_or_path)


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
