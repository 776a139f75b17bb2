"""How a frame lies against its reference: the move, and whether it is proved."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
"""[2, 3]: maps pixels (x, y, 1) of the reference to pixels of the frame."""

MOST_SHIFT_PX: Final = 20.0
MOST_TURN_DEGREES: Final = 2.0
MOST_SCALING: Final = 0.02
UNSURE_PX: Final = 0.5
UNSURE_DEGREES: Final = 0.05
"""What measuring may be off: a move of exactly the most is followed."""

LEAST_PROOF: Final = 0.6
MOST_RESIDUAL_PX: Final = 1.5
"""Root mean square of single features, where other light and stains move some; of the fit it is a tenth."""


class Alignment(NamedTuple):
    """A move from the reference to a frame.

    ``shift_px`` is the larger of the two shifts of the frame's centre, ``turn_degrees`` counts clockwise. ``proof`` is
    the share of the reference's features that are found again where the move puts them, ``residual_px`` how far from
    there they are (root mean square).
    """

    matrix: Affine
    shift_px: float
    turn_degrees: float
    scaling: float
    residual_px: float
    proof: float

    @property
    def problem(self) -> str | None:
        """Why no well may be judged, in words that say by how much; None where the move is proved and small."""
        if self.proof < LEAST_PROOF or self.residual_px > MOST_RESIDUAL_PX:
            return (
                f"{self.proof:.0%} of the table's features are found again, {LEAST_PROOF:.0%} are needed "
                f"(best guess: moved by {self.shift_px:.1f} px and {self.turn_degrees:.1f} degrees)"
            )
        moved = abs(self.shift_px) > MOST_SHIFT_PX + UNSURE_PX
        turned = abs(self.turn_degrees) > MOST_TURN_DEGREES + UNSURE_DEGREES
        if moved or turned or abs(self.scaling - 1) > MOST_SCALING:
            return (
                f"moved by {self.shift_px:.1f} px, turned by {self.turn_degrees:.1f} degrees and scaled by "
                f"{self.scaling:.3f}: {MOST_SHIFT_PX:g} px and {MOST_TURN_DEGREES:g} degrees can be followed"
            )
        return None


UNPROVED: Final = Alignment(np.eye(2, 3), 0.0, 0.0, 1.0, 0.0, 0.0)
"""Nothing fits."""
