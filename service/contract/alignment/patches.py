"""Small parts of a picture, compared with the reference by correlation: that knows no light."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.alignment.features import Grey, Points
from service.contract.alignment.layout import Corners

LEAST_DEVIATION: Final = 1.5
"""Grey values by which a part has to vary to be told from any other."""

_REACH: Final = 6
_RIM_PX: Final = (-1.0, 2.0)
"""Half pixels from a well's outline, outwards: its rim, and the plate around it."""

_PER_SIDE: Final = 12


class Patches:
    """Parts of the reference; each is a list of pixels."""

    def __init__(self, reference: Grey, places: Points, least: float) -> None:
        """Remember what lies there.

        Args:
            reference: [H, W].
            places: [N, K, 2], x and y of the K pixels of N parts.
            least: correlation from which on a part is alike.
        """
        columns, rows = np.rint(places).astype(int).transpose(2, 0, 1)
        self._rows = np.clip(rows, 0, reference.shape[0] - 1)
        self._columns = np.clip(columns, 0, reference.shape[1] - 1)
        self._least = least
        values = reference[self._rows, self._columns].astype(np.float32)
        self._told = values.std(axis=1) >= LEAST_DEVIATION
        self._known = _normed(values)

    def are_alike(self, grey: Grey) -> NDArray[np.bool_]:
        """Say which parts show on another picture what they show on the reference, [N]; plain ones tell nothing."""
        values = _normed(grey[self._rows, self._columns].astype(np.float32))
        return ((values * self._known).sum(axis=1) >= self._least) | ~self._told  # type: ignore[no-any-return]


def squares(points: Points) -> Points:
    """The pixels around each point: [N, K, 2]."""
    reach = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
    around = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    return np.rint(points)[:, None] + around[None]


def rim(outline: Corners) -> Points:
    """Pixels along an outline [4, 2], a little inside and outside of it: [K, 2]."""
    centre = outline.mean(axis=0)
    reach = np.abs(outline - centre).mean(axis=0)
    shares = np.arange(_PER_SIDE)[:, None] / _PER_SIDE
    loops = [centre + (outline - centre) * (1 + out / np.maximum(reach, 1)) for out in _RIM_PX]
    sides = [
        start + (end - start) * shares for loop in loops for start, end in zip(loop, np.roll(loop, -1, 0), strict=True)
    ]
    return np.concatenate(sides).astype(np.float32)


def _normed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with mean 0 and length 1, so that a sum of products correlates."""
    values = values - values.mean(axis=1, keepdims=True)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1.0)  # type: ignore[no-any-return]
