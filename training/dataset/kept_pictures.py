"""What is kept of decoded pictures: small ones whole, large ones reduced, so that memory holds thousands of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, overload

import cv2
import numpy as np

from service.contract.picture import Pixels
from service.contract.scenes.linking import COARSE
from service.contract.stored_files.spool import Spool

LONGEST_SIDE: Final = 192
KEPT_WHOLE_BYTES: Final = 128 * 1024 * 1024
"""Decoded pictures with a side over 192 px that are kept as they are; beyond that they are decoded when needed."""

IN_MEMORY_BYTES: Final = 64 * 1024 * 1024


def reduced(picture: Pixels) -> Pixels:
    """Reduce a large picture by area averaging until its longer side is 192 px."""
    height, width = picture.shape[:2]
    ratio = LONGEST_SIDE / max(height, width)
    if ratio >= 1:
        return picture
    size = (max(8, round(width * ratio)), max(8, round(height * ratio)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # still 8 bits


def coarse(picture: Pixels) -> Pixels:
    """What scenes are linked by, uint8 [16, 24, 3]."""
    return cv2.resize(picture, COARSE, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # still 8 bits


@dataclass(frozen=True, slots=True, eq=False)
class LargePicture:
    """A picture that is decoded again whenever all its pixels are needed.

    Attributes:
        shape: height, width, channels.
        brightness: mean of all values.
        coarse: uint8 [16, 24, 3].
        whole: decodes it.
        small: reads what :func:`reduced` made of it.
    """

    shape: tuple[int, ...]
    brightness: float
    coarse: Pixels
    whole: Callable[[], Pixels]
    small: Callable[[], Pixels]


KeptPicture = Pixels | LargePicture


class PictureStore:
    """Decides what is kept of each picture; reduced ones lie in memory, and on disk in a file without a name."""

    def __init__(self, kept_whole_bytes: int = KEPT_WHOLE_BYTES) -> None:
        self._room = kept_whole_bytes
        self._spool = Spool(IN_MEMORY_BYTES)

    def keep(self, picture: Pixels, again: Callable[[], Pixels]) -> KeptPicture:
        """Keep a picture, uint8 [H, W, 3]; ``again`` decodes it once more."""
        if max(picture.shape[:2]) <= LONGEST_SIDE:
            return picture
        self._room -= picture.nbytes
        if self._room >= 0:
            return picture
        mean = float(picture.mean())
        return LargePicture(picture.shape, mean, coarse(picture), again, self._stored(reduced(picture)))

    def _stored(self, small: Pixels) -> Callable[[], Pixels]:
        shape, read = small.shape, self._spool.add(small.tobytes())
        return lambda: np.frombuffer(read(), np.uint8).reshape(shape)


@dataclass(frozen=True, slots=True)
class Pictures(Sequence[Pixels]):
    """Pictures that are made when they are asked for, and kept by nobody."""

    makers: Sequence[Callable[[], Pixels]] = field(repr=False)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.makers)

    @overload
    def __getitem__(self, place: int) -> Pixels: ...
    @overload
    def __getitem__(self, place: slice) -> "Pictures": ...
    def __getitem__(self, place: int | slice) -> "Pixels | Pictures":
        """One of them, or some, which are not made yet."""
        return Pictures(self.makers[place]) if isinstance(place, slice) else self.makers[place]()

    def __iter__(self) -> Iterator[Pixels]:
        """One after the other."""
        for make in self.makers:
            yield make()
