"""Sheets of synthetic pictures, for people who want to see what a family looks like."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from service.contract.errors import DataError
from service.contract.picture import Pixels
from training.dataset.kept_pictures import reduced
from training.dataset.whole_file import replacing
from training.synthetic import kinds

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
WELLS = 8
TILE_HEIGHT = 96


def write(wells: Sequence[Pixels], folder: Path) -> Iterator[Path]:
    """Write a PNG a family: a column a well (the well itself on top), a row a strength, weakest first.

    Raises:
        DataError: there are no good wells.
        OSError: the folder cannot be written.
    """
    if not wells:
        raise DataError("there are no good pictures to draw on: expected some in train/ or good/")
    some = [reduced(wells[index]) for index in np.linspace(0, len(wells) - 1, WELLS).astype(int)]
    for kind, families in (("leak", kinds.LEAKS), ("disturbance", kinds.DISTURBANCES)):
        for family in families:
            path = folder / f"{kind}-{family}.png"
            _, png = cv2.imencode(".png", cv2.cvtColor(_sheet(some, family), cv2.COLOR_RGB2BGR))
            with replacing(path) as draft:
                draft.write_bytes(png.tobytes())
            yield path


def _sheet(wells: Sequence[Pixels], family: str) -> Pixels:
    rows = [wells] + [
        [kinds.apply(family, well, strength, seed) for seed, well in enumerate(wells)] for strength in STRENGTHS
    ]
    height, width = wells[0].shape[:2]
    tile = (round(TILE_HEIGHT * width / height), TILE_HEIGHT)
    tiles = [[cv2.resize(picture, tile, interpolation=cv2.INTER_CUBIC) for picture in row] for row in rows]
    return np.vstack([np.hstack(row) for row in tiles]).astype(np.uint8)
