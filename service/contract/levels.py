"""Black and white level of pictures with 16 bits a channel: which of 65,536 values become 0 and 255."""

from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

HIGHEST: Final = 65_535
DEPTHS: Final = (8, 10, 12, 14)
"""Bits that cameras store in 16."""

Deep = NDArray[np.uint16]
Value = Annotated[int, Field(ge=0, le=HIGHEST)]


class Levels(BaseModel):
    """Values of a 16-bit picture between ``black`` and ``white`` become 0 to 255, rounded; others the nearer end.

    Where an artefact states none, all 16 bits are used: the upper eight are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    black: Value = 0
    white: Value

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        if self.white <= self.black:
            raise ValueError("the white level must lie above the black level")
        return self

    def to_8_bits(self, picture: Deep) -> NDArray[np.uint8]:
        """Bring uint16 of any shape to uint8."""
        table = (np.arange(HIGHEST + 1, dtype=np.float64) - self.black) * (255 / (self.white - self.black))
        return np.rint(np.clip(table, 0, 255)).astype(np.uint8)[picture]


def levels_for(brightest: int) -> Levels | None:
    """The rule for a camera whose brightest value in all pictures is known; None where it uses all 16 bits.

    Black is 0 and white the highest value of the fewest bits (8, 10, 12, 14) that hold the brightest.

    >>> levels_for(3921), levels_for(60_000)
    (Levels(black=0, white=4095), None)
    """
    return next((Levels(white=2**bits - 1) for bits in DEPTHS if brightest < 2**bits), None)
