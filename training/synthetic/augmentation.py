"""Synthetic pictures in numbers: drawn on good wells, to teach a model or to challenge it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels, to_pixels
from training.dataset.kept_pictures import reduced
from training.synthetic import kinds
from training.synthetic.other_cameras import half_off

CHUNK = 256
ENOUGH = 4000
WEAKEST = 0.15
SEED = 1

FAMILIES: Final[Mapping[str, Iterable[str]]] = {"leaks": kinds.LEAKS, "disturbances": kinds.DISTURBANCES}

LEAK_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "torn": ("torn_metal", "molten_stream", "splash"),
    "cracked": ("crack",),
    "sunk": ("dark_hole", "dark_lump"),
    "emptied": ("receded", "emptied_whole", "emptied_half", "emptied_crescent"),
}
"""Families of synthetic leaks that look alike: whoever was taught one of them may not be judged on another."""


MILD: Final = (
    "light",
    "colour_cast",
    "shift",
    "jpeg",
    "blur",
    "steam",
    "reframed",
    "transcoded",
    "contrast",
    "sharpened",
)
ONE_MORE: Final = 0.4
"""Chance that a well bears one more mild disturbance before it is drawn on: no, one, two... of them."""

HALF_OFF: Final = 0.3
"""Chance that the well below is a crop half off: the lower part of it and the upper part of another one."""

CONTINUATIONS: Final = 12
"""Wells of which the best continuation of a crop half off is taken."""

ALSO_DISTURBED: Final = 0.25
"""Chance that a leak is drawn on a well that bears a disturbance of any kind: a tool hides no leak."""


class AugmentedPictures(NamedTuple):
    """Synthetic pictures at a model's size, [M] of them.

    Attributes:
        pixels: uint8 [M, H, W, 3].
        restored: what each is to become, uint8 [M, H, W, 3]: itself, or the same without the leak.
        source: row of the good well below each.
        family: of each.
    """

    pixels: Pixels
    restored: Pixels
    source: NDArray[np.int64]
    family: NDArray[np.str_]

    def without(self, families: Sequence[str]) -> "AugmentedPictures":
        """Leave some families out."""
        return self._only(~np.isin(self.family, families))

    def at_most(self, times: int) -> "AugmentedPictures":
        """Keep the first so many pictures of each well."""
        order = np.argsort(self.source, kind="stable")
        starts = np.searchsorted(self.source[order], self.source[order])
        repeat = np.empty(len(order), np.int64)
        repeat[order] = np.arange(len(order)) - starts
        return self._only(repeat < times)

    def _only(self, kept: NDArray[np.bool_]) -> "AugmentedPictures":
        pixels = self.pixels[kept]
        restored = pixels if self.restored is self.pixels else self.restored[kept]
        return AugmentedPictures(pixels, restored, self.source[kept], self.family[kept])


class DrawnPicture(NamedTuple):
    """One synthetic picture: as drawn, as it was before the family was applied, the row of its well, the family."""

    picture: Pixels
    before: Pixels
    source: int
    family: str


class DrawnPictures(NamedTuple):
    """Synthetic pictures at the size of the wells they were drawn on."""

    rows: tuple[DrawnPicture, ...]

    @property
    def family(self) -> tuple[str, ...]:
        """Of each picture."""
        return tuple(row.family for row in self.rows)

    def at_size(self, spec: InputSpec, *, erase: bool = False) -> AugmentedPictures:
        """Bring the pictures to a model's size; ``erase`` takes what they were before for what they are to become."""
        pixels = _sized((row.picture for row in self.rows), spec)
        restored = _sized((row.before for row in self.rows), spec) if erase else pixels
        source = np.array([row.source for row in self.rows], np.int64)
        return AugmentedPictures(pixels, restored, source, np.array(self.family, np.str_))


class DrawingRule(NamedTuple):
    """What is to be drawn.

    Attributes:
        families: drawn by chance.
        times: pictures of each well.
        weakest: strengths lie between it and 1, the clearest.
        seed: of everything drawn.
        one_more: chance of each mild disturbance that a well bears before the family is drawn.
        half_off: chance that the well is a crop half off before anything is drawn.
        also_disturbed: chance of a disturbance of any kind before the family is drawn.
    """

    families: tuple[str, ...]
    times: int
    weakest: float
    seed: int
    one_more: float = 0.0
    half_off: float = 0.0
    also_disturbed: float = 0.0


def bounded_times(wanted: int, wells: int) -> int:
    """How often to draw on each of so many wells: as wanted, but no more than make some thousands, and two at least."""
    return min(wanted, max(2, math.ceil(ENOUGH / max(wells, 1))))


def augmentation_rule(kind: str, times: int) -> DrawingRule:
    """The augmentation of a kind, "leaks" or "disturbances"; mild disturbances come with all of them anyway."""
    if kind == "leaks":
        return DrawingRule(tuple(kinds.LEAKS), times, WEAKEST, SEED, ONE_MORE, HALF_OFF, ALSO_DISTURBED)
    strong = [family for family in kinds.DISTURBANCES if family not in MILD]
    return DrawingRule((*kinds.DISTURBANCES, *strong), times, WEAKEST, SEED, ONE_MORE, HALF_OFF)


def chunks(wells: Sequence[Pixels]) -> Iterator[tuple[int, Sequence[Pixels]]]:
    """Cut wells into pieces for ``draw``, each with the number of its first well; of no wells one empty piece."""
    for first in range(0, max(len(wells), 1), CHUNK):
        yield first, wells[first : first + CHUNK]


def draw(wells: Sequence[Pixels], rule: DrawingRule, first: int = 0) -> DrawnPictures:
    """Draw by a rule on one chunk of wells; more times only add to what fewer times draw.

    Pictures with a side over 192 px are reduced before: at a model's size nothing finer is left.
    """
    small = [reduced(well) for well in wells]
    return DrawnPictures(
        tuple(
            _row(small, place, first + place, rule, np.random.default_rng([rule.seed, repeat, first + place]))
            for repeat in range(rule.times)
            for place in range(len(small))
        )
    )


def draw_at_sizes(
    wells: Sequence[Pixels], rule: DrawingRule, first: int, specs: Sequence[InputSpec], *, erase: bool
) -> list[AugmentedPictures]:
    """Draw on one chunk of wells, and keep only what each of some models will see of it."""
    drawn = draw(wells, rule, first)
    return [drawn.at_size(spec, erase=erase) for spec in specs]


def joined_at_size(pieces: Sequence[AugmentedPictures]) -> AugmentedPictures:
    """Put what was drawn on chunks together, at one model's size."""
    pixels = np.concatenate([piece.pixels for piece in pieces])
    same = all(piece.restored is piece.pixels for piece in pieces)
    restored = pixels if same else np.concatenate([piece.restored for piece in pieces])
    source = np.concatenate([piece.source for piece in pieces])
    return AugmentedPictures(pixels, restored, source, np.concatenate([piece.family for piece in pieces]))


def joined(pieces: Iterable[DrawnPictures]) -> DrawnPictures:
    """Put what was drawn on chunks together."""
    return DrawnPictures(tuple(row for piece in pieces for row in piece.rows))


def _row(
    wells: Sequence[Pixels], place: int, source: int, rule: DrawingRule, random: np.random.Generator
) -> DrawnPicture:
    before = wells[place]
    if random.uniform() < rule.half_off:
        before = half_off(before, [wells[row] for row in random.integers(len(wells), size=CONTINUATIONS)], random)
    while random.uniform() < rule.one_more:
        before = _drawn(str(random.choice(MILD)), before, 0.0, random)
    if random.uniform() < rule.also_disturbed:
        before = _drawn(str(random.choice(tuple(kinds.DISTURBANCES))), before, rule.weakest, random)
    family = str(random.choice(rule.families))
    return DrawnPicture(_drawn(family, before, rule.weakest, random), before, source, family)


def _drawn(family: str, picture: Pixels, weakest: float, random: np.random.Generator) -> Pixels:
    return kinds.apply(family, picture, float(random.uniform(weakest, 1.0)), int(random.integers(2**31)))


def _sized(pictures: Iterable[Pixels], spec: InputSpec) -> Pixels:
    pixels = [to_pixels(picture, spec) for picture in pictures]
    return np.array(pixels, np.uint8).reshape(len(pixels), spec.height, spec.width, 3)
