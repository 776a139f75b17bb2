"""The pictures a gate is learnt from beside good wells: what else must pass, and what must be refused."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from service.contract.decision import Reason
from service.contract.picture import Pixels
from training.gate.bounds import Bound
from training.synthetic import kinds
from training.synthetic.corruption_table import CORRUPTIONS, HIDING, coarsely_corrupted
from training.synthetic.corruptions import Random
from training.synthetic.eight_bits import recompressed

CLEAR: Final = ("torn_metal", "molten_stream", "splash", "crack", "dark_hole", "dark_lump")
STRONG: Final = 0.8
WEAKEST: Final = 0.2
MEASURED: Final = frozenset({"light", "blur", "steam", "thick_steam", "contrast", "transcoded"})
"""Disturbances that hide leaks where they are strong: how far they may go is measured, however well they are borne."""

HARMLESS: Final = tuple(name for name in kinds.DISTURBANCES if name not in MEASURED)
"""Disturbances that must pass whatever they show."""


def some(total: int, wanted: int, rng: Random) -> list[int]:
    """Choose rows, each once at most."""
    return [int(row) for row in rng.permutation(total)[:wanted]]


def endurable(pictures: Sequence[Pixels], endured: Mapping[str, float], drawn: int, rng: Random) -> Iterator[Pixels]:
    """Draw corruptions up to what the score endures, a third of them at just that; half are compressed once more."""
    for name, most in endured.items():
        for row in some(len(pictures), drawn // len(endured), rng):
            picture = CORRUPTIONS[name].draw(pictures[row], most * min(float(rng.uniform(0, 1.5)), 1), rng)
            yield recompressed(picture, int(rng.integers(70, 97))) if rng.integers(2) else picture


def disturbances(good: Sequence[Pixels], drawn: int, rng: Random) -> Iterator[Pixels]:
    """Draw the disturbances that always must pass."""
    return _drawn(HARMLESS, good, drawn, rng)


def drawn_leaks(good: Sequence[Pixels], drawn: int, rng: Random) -> Iterator[Pixels]:
    """Draw leaks of every family on good wells."""
    return _drawn(tuple(kinds.LEAKS), good, drawn, rng)


def clear_leaks(good: Sequence[Pixels], drawn: int, rng: Random) -> Iterator[Pixels]:
    """Draw strong leaks of metal; emptied wells are so near to good ones that any change of light may hide them."""
    return _drawn(CLEAR, good, drawn, rng, STRONG)


def coarse(
    reason: Reason, good: Sequence[Pixels], leaks: Sequence[Pixels], rows: Sequence[int], rng: Random
) -> Iterator[Pixels]:
    """Corrupt chosen good wells for a reason, then, where that can hide a leak, every leak.

    Under a veil a leak has the contrast of a good well: only veiled leaks teach that it is veiled.
    """
    for row in rows:
        yield coarsely_corrupted(reason, good[row], rng)
    for leak in leaks if reason in HIDING else ():
        yield coarsely_corrupted(reason, leak, rng)


def just_coarse(bound: Bound, good: Sequence[Pixels], rows: Sequence[int], rng: Random) -> Iterator[Pixels]:
    """Corrupt chosen good wells as little as must be refused; half are compressed once more."""
    for row in rows:
        picture = CORRUPTIONS[bound.kind].draw(good[row], bound.amount, rng)
        yield recompressed(picture, int(rng.integers(75, 97))) if rng.integers(2) else picture


def _drawn(
    families: Sequence[str], good: Sequence[Pixels], drawn: int, rng: Random, least: float = WEAKEST
) -> Iterator[Pixels]:
    for family in families:
        for row in some(len(good), drawn // len(families), rng):
            yield kinds.apply(family, good[row], float(rng.uniform(least, 1)), row)
