"""The parts of a recipe but its network: representation, loss, optimiser, threshold, what is drawn to be learnt."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

Odd = Annotated[int, Field(ge=1, le=31)]
Size = Annotated[int, Field(ge=8, le=256)]
Share = Annotated[float, Field(ge=0, le=1)]
StrategyName = Literal[
    "tpr1_quantile",
    "decision_stump",
    "equal_error_rate",
    "max_balanced_accuracy",
    "min_leak_score",
    "margin_middle",
    "false_alarm_budget",
    "scene_budget",
]
"""How a threshold may be chosen, see :data:`training.evaluation.strategies.STRATEGIES`."""


class Part(BaseModel):
    """Frozen, and refused with an unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def renamed(given: object, former: str, name: str) -> object:
    """What was given for a part with a key under its present name: recipes of the former name are still read."""
    if not isinstance(given, dict) or former not in given or name in given:
        return given
    return {name if key == former else key: value for key, value in given.items()}


class Representation(Part):
    """What becomes of the pixels inside the graph, in this order; scaling to 0..1 comes first.

    Attributes:
        crop: height and width of the centre that is kept.
        blur_kernel: of a Gaussian with ``blur_sigma``; 1 is no blur.
        light: what each picture is divided by, times the mean of all: its own mean (``picture``), or that of each of
            its channels (``channel``, which takes colour casts out as well).
        colour: RGB, luma alone, CIE Lab, or luma and two opponent differences.
        chroma_weight: factor on the colour channels of ``lab`` and ``opponent``.
        texture: add planes that say how strong lines and edges are around each place, all at a quarter of the size,
            for textures that no two pictures share.
        standardise: subtract the mean picture of the good wells and divide each channel by its spread there; the
            network then restores what is special in a picture.
    """

    crop: tuple[Size, Size] | None = None
    blur_kernel: Odd = 1
    blur_sigma: Annotated[float, Field(gt=0, le=10)] = 1.0
    light: Literal["none", "picture", "channel"] = "none"
    colour: Literal["rgb", "grey", "lab", "opponent"] = "rgb"
    chroma_weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    texture: bool = False
    standardise: bool = False

    @model_validator(mode="after")
    def _kernel_has_a_centre(self) -> Self:
        if self.blur_kernel % 2 == 0:
            raise ValueError("blur_kernel must be odd")
        return self


class ErrorRule(Part):
    """How squared errors become a score, always as their mean.

    Attributes:
        weight: every pixel alike, divided by its spread on good wells, by its error on good wells, or by its distance
            from the centre.
        keep: share of the places that count, the largest errors first; 1 is all of them.
        floor: a place counts with what its error exceeds so many times the mean error of good wells.
        reach: of the weights by ``centre``, the distance from the centre, in half sides, at which they fall to 0.61.
        power: of the power mean over the places; 1 is the plain mean, with 2 a few large errors count for more than
            many small ones.
        relative: divided by the detail of the restored picture, as a multiple of what good wells have: what is dim,
            blurred or steamed has small errors, what is sharpened or crossed by tools has large ones.
    """

    weight: Literal["none", "spread", "error", "centre"] = "none"
    keep: Annotated[float, Field(gt=0, le=1)] = 1.0
    floor: Annotated[float, Field(ge=0, le=100)] = 0.0
    reach: Annotated[float, Field(gt=0, le=10)] = 1.0
    power: Literal[1, 2] = 1
    relative: bool = False

    @model_validator(mode="after")
    def _power_is_of_all(self) -> Self:
        if self.power > 1 and (self.keep < 1 or self.floor):
            raise ValueError("power goes with neither keep nor floor: choose one of them")
        return self


class Loss(Part):
    """``mean`` or ``sum`` of squared errors over pixels and batch, plus ``kl_weight`` times the divergence."""

    reduction: Literal["mean", "sum"] = "mean"
    kl_weight: Annotated[float, Field(ge=0)] = 0.0


class Optimiser(Part):
    """Adam or AdamW with PyTorch's meaning of the numbers; ``one_cycle`` warms up and anneals the rate."""

    kind: Literal["adam", "adamw"] = "adam"
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    one_cycle: bool = False


class Augmentation(Part):
    """What is taught beside the good wells as they are.

    Attributes:
        noise: spread of Gaussian noise on the inputs, in the model's space; the clean picture is to be restored.
        keep_noise: the noise is to be restored too, as far as the latent allows: it blurs what is learnt by heart.
        mirror: every picture is mirrored left to right half of the time.
        repeats: drawn pictures of each kind that an epoch has for each good well.
        leaks: synthetic leaks drawn for each good well, to be restored without the leak.
        disturbances: harmless disturbances drawn for each good well, to be restored as they are.
    """

    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    keep_noise: bool = False
    mirror: bool = False
    repeats: Annotated[int, Field(ge=1, le=16)] = 1
    leaks: Annotated[int, Field(ge=0, le=16)] = 0
    disturbances: Annotated[int, Field(ge=0, le=16)] = 0

    @model_validator(mode="before")
    @classmethod
    def _former_name(cls, given: object) -> object:
        """Take ``nuisances``, as disturbances were called, for them."""
        return renamed(given, "nuisances", "disturbances")


class ThresholdRule(Part):
    """Name of a threshold strategy and its parameters."""

    strategy: StrategyName
    parameters: dict[str, JsonValue] = {}
