"""How strong a corruption may be before the score loses leaks; the gate refuses what is stronger."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels
from training.synthetic.corruption_table import CORRUPTIONS, Corruption

Finds = Callable[[Sequence[Pixels]], NDArray[np.bool_]]
"""Whether the score calls each picture a leak, [N]."""

STILL_FOUND: Final = 0.99
STEPS: Final = 4


def endured(leaks: Sequence[Pixels], finds: Finds, seed: int = 0) -> dict[str, float]:
    """Measure by kind the greatest amount at which 99 % of leaks are still found, of those found uncorrupted.

    Four steps lead up to the most that is tolerable; the first that loses leaks ends the way. Where the score finds no
    leak at all nothing is endured.

    Args:
        leaks: real and drawn ones.
        finds: judges by the score alone.
        seed: of noise and of the steam's colour.
    """
    known = [leak for leak, found in zip(leaks, finds(leaks), strict=True) if found] if leaks else []
    return {
        name: _amount(known, finds, one, seed) if known else 0.0 for name, one in CORRUPTIONS.items() if one.tolerable
    }


def _amount(known: Sequence[Pixels], finds: Finds, corruption: Corruption, seed: int) -> float:
    rng = np.random.default_rng(seed)
    reached = 0.0
    for step in range(1, STEPS + 1):
        amount = corruption.tolerable * step / STEPS
        if finds([corruption.draw(leak, amount, rng) for leak in known]).mean() < STILL_FOUND:
            break
        reached = amount
    return reached
