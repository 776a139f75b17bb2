"""The table of corruptions of camera and transport, with named strengths.

Gate learning, the robustness that the gate relies on, and the table of the model card all read it. Unlike disturbances,
which a detector must bear, a coarse corruption may never end in ``no_leak``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from service.contract.decision import Reason
from service.contract.picture import Pixels
from training.synthetic.corruptions import (
    Random,
    blurred,
    cut,
    enlarged,
    grey,
    lit,
    lost,
    lying,
    misplaced,
    mixed,
    noisy,
    peppered,
    slipped,
    smeared,
    steamed,
    veiled,
)
from training.synthetic.eight_bits import recompressed

Draw = Callable[[Pixels, float, Random], Pixels]

NO_STRENGTHS: Final[Mapping[str, float]] = MappingProxyType({})
WHOLE: Final = (1.0, 1.0)
JPEG_COARSEST: Final = 25


class Corruption(NamedTuple):
    """One kind of corruption.

    Attributes:
        draw: corrupts a picture by an amount.
        reason: what the gate calls it; None for what it need not refuse.
        coarse: least and most amount that the gate learns to refuse.
        share: how often it stands for its reason in gate learning, relative to others of that reason.
        tolerable: the most that must pass the gate, as far as the score still finds leaks under it; 0 for none.
        strengths: amounts by the name of a row in the model card.
    """

    draw: Draw
    reason: Reason | None
    coarse: tuple[float, float] = WHOLE
    share: float = 1.0
    tolerable: float = 0.0
    strengths: Mapping[str, float] = NO_STRENGTHS


CORRUPTIONS: Final[Mapping[str, Corruption]] = MappingProxyType(
    {
        # share of the picture that is lost
        "lost": Corruption(lost, Reason.INPUT_INCOMPLETE, (0.2, 0.8)),
        "lost_below": Corruption(
            lambda picture, amount, _: cut(picture, amount, 0, 128),
            Reason.INPUT_INCOMPLETE,
            share=0,  # "lost" teaches it among others
            strengths={"lower half lost": 0.5},
        ),
        "inverted": Corruption(lambda picture, _, __: 255 - picture, Reason.INPUT_COLOUR, strengths={"inverted": 1}),
        "grey": Corruption(grey, Reason.INPUT_COLOUR),
        "swapped": Corruption(
            lambda picture, _, __: np.ascontiguousarray(picture[..., ::-1]),
            Reason.INPUT_COLOUR,
            share=3,  # BGR for RGB is the likeliest mistake
            strengths={"colours swapped": 1},
        ),
        "mixed": Corruption(mixed, Reason.INPUT_COLOUR, share=4),
        # share of the light that is missing, or that there is too much
        "darker": Corruption(
            lambda picture, amount, _: lit(picture, 1 - amount),
            Reason.INPUT_DARK,
            (0.3, 0.85),
            tolerable=0.2,
            strengths={"black": 1, "lamp 85%": 0.15, "lamp 70%": 0.3, "lamp 40%": 0.6, "lamp 15%": 0.85},
        ),
        "brighter": Corruption(
            lambda picture, amount, _: lit(picture, 1 + amount),
            Reason.INPUT_BRIGHT,
            (0.35, 1),
            tolerable=0.2,
            strengths={"lamp 120%": 0.2},
        ),
        # standard deviation on the 0..255 scale
        "noise": Corruption(
            noisy,
            Reason.INPUT_NOISY,
            (8, 40),
            share=7,
            tolerable=3,
            strengths={"noise 4": 4, "noise 10": 10, "noise 25": 25},
        ),
        # share of the pixels
        "pepper": Corruption(peppered, Reason.INPUT_NOISY, (0.01, 0.1), share=3),
        # pixels of sigma
        "blur": Corruption(
            lambda picture, amount, _: blurred(picture, amount),
            Reason.INPUT_BLURRED,
            (1, 4),
            share=7,
            tolerable=0.6,
            strengths={f"blur {sigma} px": sigma for sigma in (0.5, 0.75, 1, 2, 3, 4)},
        ),
        # pixels of way
        "smear": Corruption(
            lambda picture, amount, rng: smeared(picture, int(amount), rng), Reason.INPUT_BLURRED, (5, 12), share=3
        ),
        # share of the light that comes from steam, as bright and as tinted as the picture, or from a white veil
        "steam": Corruption(
            steamed,
            Reason.INPUT_STEAMED,
            (0.4, 0.75),
            share=7,
            tolerable=0.2,
            strengths={f"steam {share:.0%}": share for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.85)} | {"flat": 1},
        ),
        "veil": Corruption(
            lambda picture, amount, rng: veiled(picture, amount, rng.uniform(180, 250)),
            Reason.INPUT_STEAMED,
            (0.3, 0.9),
            share=3,
            strengths={f"veil {share:.0%}": share for share in (0.3, 0.5, 0.7, 0.85)} | {"white": 1},
        ),
        # what JPEG quality lacks to 100: never refused as such
        "jpeg": Corruption(lambda picture, amount, _: recompressed(picture, round(100 - amount)), None),
        "upside_down": Corruption(
            lambda picture, _, __: np.ascontiguousarray(picture[::-1]),
            Reason.INPUT_UPSIDE_DOWN,
            strengths={"upside down": 1},
        ),
        "turned": Corruption(
            lambda picture, _, __: np.ascontiguousarray(picture[::-1, ::-1]), Reason.INPUT_UPSIDE_DOWN
        ),
        # share of the sides that is seen, or by which the picture is off its place
        "enlarged": Corruption(enlarged, Reason.INPUT_UNLIKE_WELL, (0.3, 0.5)),
        "lying": Corruption(lying, Reason.INPUT_UNLIKE_WELL),
        "slipped": Corruption(slipped, Reason.INPUT_UNLIKE_WELL, (0.25, 0.75)),
        "misplaced": Corruption(misplaced, Reason.INPUT_UNLIKE_WELL, (0.3, 0.7)),
    }
)

REASONS: Final = (
    Reason.INPUT_INCOMPLETE,
    Reason.INPUT_COLOUR,
    Reason.INPUT_DARK,
    Reason.INPUT_BRIGHT,
    Reason.INPUT_NOISY,
    Reason.INPUT_BLURRED,
    Reason.INPUT_STEAMED,
    Reason.INPUT_UPSIDE_DOWN,
    Reason.INPUT_UNLIKE_WELL,
)
"""What the gate learns to refuse, in the order in which it names them."""

HIDING: Final = frozenset({Reason.INPUT_DARK, Reason.INPUT_BLURRED, Reason.INPUT_STEAMED})
"""Corruptions that take from a leak what tells it from a good well."""

STRENGTHS: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {row: (kind, amount) for kind, one in CORRUPTIONS.items() for row, amount in one.strengths.items()}
)
"""Kind and amount of every named strength."""


def corrupted(strength: str, picture: Pixels, rng: Random) -> Pixels:
    """Corrupt a picture at a strength by its name, such as "blur 2 px"."""
    kind, amount = STRENGTHS[strength]
    return CORRUPTIONS[kind].draw(picture, amount, rng)


def coarsely_corrupted(reason: Reason, picture: Pixels, rng: Random) -> Pixels:
    """Draw what the gate must refuse for a reason, at a random amount; every second one is compressed once more."""
    kinds = [one for one in CORRUPTIONS.values() if one.reason is reason]
    shares = np.array([one.share for one in kinds])
    chosen = kinds[rng.choice(len(kinds), p=shares / shares.sum())]
    picture = chosen.draw(picture, rng.uniform(*chosen.coarse), rng)
    if rng.random() < 0.5:  # noqa: PLR2004  # cameras send both
        return CORRUPTIONS["jpeg"].draw(picture, int(rng.integers(4, JPEG_COARSEST + 1)), rng)
    return picture
