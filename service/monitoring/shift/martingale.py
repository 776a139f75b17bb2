"""A conformal test martingale: evidence that numbers have not come in random order, valid whenever it is looked at.

While they are exchangeable their conformal p-values are independent and uniform, and the evidence is a martingale that
begins at 1. By Ville's inequality it ever reaches ``1 / alpha`` with a probability of ``alpha`` at most, however long
the watch lasts and however often somebody looks.

It is a mixture over the time of the change: with the n-th number ``1 / (n (n + 1))`` of the capital enters the game,
having lain aside until then. So the evidence never falls below ``1 / (n + 1)``, and a change is told after years nearly
as soon as after weeks.

Sources: Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*, 2nd edition 2022, chapter 8; the Simple
Jumper is algorithm 1 of Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and Gammerman, *Retrain or not retrain: conformal
test martingales for change-point detection*, COPA 2021 (PMLR 152), with its jumping rate of 0.01.
"""

from bisect import bisect_left, bisect_right, insort
from hashlib import sha256
from math import fsum
from statistics import correlation
from typing import Final

from pydantic import BaseModel

JUMPING_RATE: Final = 0.01
SLOPES: Final = (-1.0, 0.0, 1.0)
MOST_IN_BAG: Final = 10_000
MOST_EVIDENCE: Final = 1e100
LEAST_FOR_MEMORY: Final = 30
MOST_FIRST: Final = 100


class ConformalMartingale(BaseModel):
    """Takes numbers one by one; what it holds can be kept and read again.

    ``bets`` are the capitals in the game by slope; what lies aside follows from ``taken``.

    ``bag`` holds the numbers so far, sorted, ``first`` the first ones as they came. A full bag is emptied, which leaves
    the evidence what it is: p-values of another bag are uniform, too. ``seed`` draws what breaks ties, the same for the
    same seed and place.
    """

    seed: str
    taken: int = 0
    first: list[float] = []
    bag: list[float] = []
    bets: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def evidence(self) -> float:
        """The martingale's value: 1 at the beginning, large where the order is not random."""
        return fsum([*self.bets, 1 / (self.taken + 1)])

    @property
    def memory(self) -> float | None:
        """How far the first numbers resemble those before them: their lag-1 rank correlation, None for fewer than 30.

        Exchangeable ones have about 0, within 2 / sqrt(their count); more means that the bound on false alarms does
        not hold. Later numbers do not count: a shift would look like memory.
        """
        if len(self.first) < LEAST_FOR_MEMORY:
            return None
        order = sorted(range(len(self.first)), key=self.first.__getitem__)
        ranks = [0.0] * len(order)
        for rank, place in enumerate(order):
            ranks[place] = float(rank)
        return correlation(ranks[1:], ranks[:-1])

    def take(self, number: float) -> float:
        """Bet on the next number, and return the evidence."""
        entering = 1 / ((self.taken + 1) * (self.taken + 2))
        total = fsum([*self.bets, entering])
        p_value = self._p_value(number)
        betted = (
            ((1 - JUMPING_RATE) * (bet + entering / 3) + JUMPING_RATE / 3 * total) * (1 + slope * (p_value - 0.5))
            for bet, slope in zip(self.bets, SLOPES, strict=True)
        )
        low, level, high = betted
        if low + level + high < MOST_EVIDENCE:  # beyond it nothing is more certain, and floats have an end
            self.bets = low, level, high
        return self.evidence

    def _p_value(self, number: float) -> float:
        """The share of numbers above this one, ties among which it counts itself broken by lot."""
        if len(self.bag) >= MOST_IN_BAG:
            self.bag = []
        insort(self.bag, number)
        if len(self.first) < MOST_FIRST:
            self.first.append(number)
        above = len(self.bag) - bisect_right(self.bag, number)
        equal = len(self.bag) - above - bisect_left(self.bag, number)
        self.taken += 1
        return (above + _lot(f"{self.seed} {self.taken}") * equal) / len(self.bag)


def _lot(text: str) -> float:
    """A number in [0, 1), uniform over texts."""
    return int.from_bytes(sha256(text.encode()).digest()[:8]) / 2**64
