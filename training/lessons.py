"""Stress pictures in numbers: drawn on good wells, to teach a model or to challenge it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels, to_pixels
from training import stress

LONGEST_SIDE = 160
CHUNK = 256
ENOUGH = 4000
WEAKEST = 0.15
SEED = 1

FAMILIES: Final[Mapping[str, Iterable[str]]] = {"leaks": stress.LEAKS, "nuisances": stress.NUISANCES}

LEAK_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "torn": ("torn_metal", "molten_stream", "splash"),
    "cracked": ("crack",),
    "sunk": ("dark_hole", "dark_lump"),
    "emptied": ("receded", "emptied_whole", "emptied_half", "emptied_crescent"),
}
"""Families of stress leaks that look alike: whoever was taught one of them may not be judged on another."""


class Lesson(NamedTuple):
    """Stress pictures at a model's size: uint8 [M, H, W, 3], the row of the good well below each, and its family."""

    pixels: Pixels
    source: NDArray[np.int64]
    family: NDArray[np.str_]

    def without(self, families: Sequence[str]) -> "Lesson":
        """Leave some families out."""
        return self._only(~np.isin(self.family, families))

    def at_most(self, times: int) -> "Lesson":
        """Keep the first so many pictures of each well."""
        order = np.argsort(self.source, kind="stable")
        starts = np.searchsorted(self.source[order], self.source[order])
        repeat = np.empty(len(order), np.int64)
        repeat[order] = np.arange(len(order)) - starts
        return self._only(repeat < times)

    def _only(self, kept: NDArray[np.bool_]) -> "Lesson":
        return Lesson(self.pixels[kept], self.source[kept], self.family[kept])


class Drawn(NamedTuple):
    """Stress pictures at the size of the wells they were drawn on, with the row of that well and the family."""

    pictures: tuple[Pixels, ...]
    source: tuple[int, ...]
    family: tuple[str, ...]

    def rows(self) -> Iterator[tuple[Pixels, int, str]]:
        """Picture, source and family, one by one."""
        return zip(self.pictures, self.source, self.family, strict=True)

    def lesson(self, spec: InputSpec) -> Lesson:
        """Bring the pictures to a model's size."""
        pixels = [to_pixels(picture, spec) for picture in self.pictures]
        shape = (len(pixels), spec.height, spec.width, 3)
        source = np.array(self.source, np.int64)
        return Lesson(np.array(pixels, np.uint8).reshape(shape), source, np.array(self.family, np.str_))


class Course(NamedTuple):
    """What is to be drawn: families by chance, each picture so many times, strengths up to 1 (the clearest)."""

    families: tuple[str, ...]
    times: int
    weakest: float
    seed: int


def bounded_times(wanted: int, wells: int) -> int:
    """How often to draw on each of so many wells: as wanted, but no more than make some thousands, and two at least."""
    return min(wanted, max(2, math.ceil(ENOUGH / max(wells, 1))))


def course(kind: str, times: int) -> Course:
    """The lessons of a kind, "leaks" or "nuisances"."""
    return Course(tuple(FAMILIES[kind]), times, WEAKEST, SEED)


def chunks(wells: Sequence[Pixels]) -> Iterator[tuple[int, Sequence[Pixels]]]:
    """Cut wells into pieces for ``draw``, each with the number of its first well."""
    for first in range(0, len(wells), CHUNK):
        yield first, wells[first : first + CHUNK]


def draw(wells: Sequence[Pixels], course: Course, first: int = 0) -> Drawn:
    """Draw a course on one chunk of wells; more times only add to what fewer times draw.

    Pictures with a side over 160 px are reduced before: at a model's size nothing finer is left.
    """
    small = [reduced(well) for well in wells]
    drawn: list[tuple[Pixels, int, str]] = []
    for repeat in range(course.times):
        random = np.random.default_rng([course.seed, repeat, first])
        families = random.integers(len(course.families), size=len(small)).tolist()
        strengths = random.uniform(course.weakest, 1.0, len(small)).tolist()
        seeds = random.integers(2**31, size=len(small)).tolist()
        for row, (well, number, strength, seed) in enumerate(zip(small, families, strengths, seeds, strict=True)):
            family = course.families[number]
            drawn.append((stress.apply(family, well, strength, seed), first + row, family))
    return joined([drawn])


def joined(pieces: Iterable[Iterable[tuple[Pixels, int, str]]]) -> Drawn:
    """Put rows of (picture, source, family) together."""
    rows = [row for piece in pieces for row in piece]
    pictures, source, family = zip(*rows, strict=True) if rows else ((), (), ())
    return Drawn(pictures, source, family)


def reduced(picture: Pixels) -> Pixels:
    """Reduce a large picture by area averaging until its longer side is 160 px."""
    height, width = picture.shape[:2]
    ratio = LONGEST_SIDE / max(height, width)
    if ratio >= 1:
        return picture
    size = (max(8, round(width * ratio)), max(8, round(height * ratio)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # still 8 bits
