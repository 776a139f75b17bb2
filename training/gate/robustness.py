"""Endurance: how strong a harmless disturbance may be before the score loses leaks; the gate refuses beyond that."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels
from training.synthetic.corruptions import Random, blurred, lit, noisy, veiled

Finds = Callable[[Sequence[Pixels]], NDArray[np.bool_]]
"""Whether the score calls each picture a leak, [N]."""

STILL_FOUND: Final = 0.99
STEPS: Final = 4


class Disturbance(NamedTuple):
    """``draw`` disturbs a picture by an amount; ``most`` is the most that must pass.

    Light as synthetic pictures call it harmless; blur, noise and steam short of what is a fault at any rate.
    """

    draw: Callable[[Pixels, float, Random], Pixels]
    most: float


def _darker(picture: Pixels, amount: float, rng: Random) -> Pixels:  # noqa: ARG001  # all get the generator
    return lit(picture, 1 - amount)


def _brighter(picture: Pixels, amount: float, rng: Random) -> Pixels:  # noqa: ARG001  # as above
    return lit(picture, 1 + amount)


def _blurred(picture: Pixels, amount: float, rng: Random) -> Pixels:  # noqa: ARG001  # as above
    return blurred(picture, max(amount, 0.1))


def _steamed(picture: Pixels, amount: float, rng: Random) -> Pixels:
    return veiled(picture, amount, picture.mean((0, 1)) * rng.uniform(1, 1.1))


DISTURBANCES: Final[Mapping[str, Disturbance]] = MappingProxyType(
    {
        "darker": Disturbance(_darker, 0.2),
        "brighter": Disturbance(_brighter, 0.2),
        "blurred": Disturbance(_blurred, 0.6),
        "noisy": Disturbance(noisy, 3.0),
        "steamed": Disturbance(_steamed, 0.2),
    }
)


def endured(leaks: Sequence[Pixels], finds: Finds, seed: int = 0) -> dict[str, float]:
    """Measure by disturbance the greatest amount at which 99 % of leaks are still found, of those found undisturbed.

    Four steps lead up to the most that is wanted; the first that loses leaks ends the way. Where the score finds no
    leak at all nothing is endured.

    Args:
        leaks: real and drawn ones.
        finds: judges by the score alone.
        seed: of noise and of the steam's colour.
    """
    known = [leak for leak, found in zip(leaks, finds(leaks), strict=True) if found] if leaks else []
    return {name: _amount(known, finds, one, seed) if known else 0.0 for name, one in DISTURBANCES.items()}


def _amount(known: Sequence[Pixels], finds: Finds, disturbance: Disturbance, seed: int) -> float:
    rng = np.random.default_rng(seed)
    reached = 0.0
    for step in range(1, STEPS + 1):
        amount = disturbance.most * step / STEPS
        if finds([disturbance.draw(leak, amount, rng) for leak in known]).mean() < STILL_FOUND:
            break
        reached = amount
    return reached
