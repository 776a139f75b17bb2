"""How often the watch over shift is wrong, and how soon it is right: ``python -m tests.perf.shift_rates [STREAMS]``.

Each line is a way to feed a test martingale with scores that never change, and the share of streams in which it ever
raised an alarm, beside the bound of alpha. In the last ones the scores change: after how many numbers was it told?

A picture's score is the sum of what its well has of its own, of what its scene has (a filling of the wells, the light
of an hour) and of noise. All are normal, with standard deviations 1, 1 and 0.3.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from service.monitoring.shift.martingale import ConformalMartingale

ALPHA = 0.05
NUMBERS = 1000
WELLS = 20
FRAMES_A_SCENE = 30
WELL_SD, SCENE_SD, NOISE_SD = 1.0, 1.0, 0.3

Numbers = NDArray[np.float64]


def independent(rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """What theory asks for."""
    return rng.normal(size=numbers)


def each_frame(rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """One well, every frame of scenes that last many frames."""
    scenes = np.repeat(rng.normal(0, SCENE_SD, numbers // FRAMES_A_SCENE + 1), FRAMES_A_SCENE)[:numbers]
    return scenes + rng.normal(0, NOISE_SD, numbers)


def each_well_once_a_scene(rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """Every well once a scene: the scene is common to all of them."""
    wells, scenes = rng.normal(0, WELL_SD, WELLS), rng.normal(0, SCENE_SD, numbers // WELLS)
    noise = rng.normal(0, NOISE_SD, (numbers // WELLS, WELLS))
    return (scenes[:, None] + wells[None, :] + noise).ravel()


def median_a_scene(rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """The median over the wells, once a scene: what the service takes, where a period is a scene or longer."""
    return np.median(each_well_once_a_scene(rng, numbers * WELLS).reshape(numbers, WELLS), axis=1)


def median_with_memory(memory: float, rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """The same where a period is too short: its scene is that of the one before, in part (AR(1))."""
    scene, scenes = rng.normal(), np.empty(numbers)
    for place in range(numbers):
        scenes[place] = scene = memory * scene + (1 - memory**2) ** 0.5 * rng.normal()
    return scenes + rng.normal(0, NOISE_SD / WELLS**0.5, numbers)


def shifts(rng: np.random.Generator, numbers: int = NUMBERS) -> Numbers:
    """A number for each shift of eight hours, of which the one at night has another level."""
    night: Numbers = np.where(np.arange(numbers) % 3 == 0, 2.0, 0.0)
    return night + rng.normal(size=numbers)


def first_alarm(numbers: Numbers, seed: str, alpha: float = ALPHA) -> int | None:
    """At which number the alarm comes, counted from 1; None if never."""
    watch = ConformalMartingale(seed=seed)
    for place, number in enumerate(numbers.tolist(), 1):
        if watch.take(number) * alpha >= 1:
            return place
    return None


def fixed_reference_alarm(reference: Numbers, numbers: Numbers, alpha: float = ALPHA, bins: int = 10) -> int | None:
    """The same bets on p-values against bins of a reference that never grows."""
    edges = np.quantile(reference, np.linspace(0, 1, bins + 1)[1:-1])
    shares = np.bincount(np.searchsorted(edges, reference, "right"), minlength=bins) / len(reference)
    above = np.concatenate([np.cumsum(shares[::-1])[::-1][1:], [0.0]])
    places = np.searchsorted(edges, numbers, "right")
    lots = np.random.default_rng(1).random(len(numbers))
    capitals, slopes = np.full(3, 1 / 3), np.array([-1.0, 0.0, 1.0])
    for count, p_value in enumerate(above[places] + lots * shares[places], 1):
        capitals = (0.99 * capitals + 0.01 / 3 * capitals.sum()) * (1 + slopes * (p_value - 0.5))
        if capitals.sum() * alpha >= 1:
            return count
    return None


def lines(streams: int) -> Iterator[str]:
    """What is printed."""
    rng = np.random.default_rng(0)
    kinds = {"independent": independent, "each frame of one well": each_frame}
    kinds |= {"each well once a scene": each_well_once_a_scene, "median of the wells a scene": median_a_scene}
    for name, draw in kinds.items():
        yield _line(name, [first_alarm(draw(rng), f"{name} {one}") for one in range(streams)])
    for memory in (0.1, 0.3, 0.5, 0.7, 0.9):
        found = [first_alarm(median_with_memory(memory, rng), f"{memory} {one}") for one in range(streams)]
        yield _line(f"median, memory of {memory} from one to the next", found)
    yield _line("three shifts a day that differ", [first_alarm(shifts(rng), f"s {one}") for one in range(streams)])
    for scenes in (19, 772):
        references = (np.repeat(rng.normal(size=scenes), 772 // scenes) for _ in range(streams))
        found = [fixed_reference_alarm(one + rng.normal(0, 0.3, one.size), independent(rng)) for one in references]
        yield _line(f"fixed reference of 772 pictures, {scenes} scenes", found)
    for shift in (0.5, 1.0, 2.0):
        late = [_delay(rng, shift, one) for one in range(streams)]
        told = np.array([delay for delay in late if delay is not None])
        median = np.median(told)
        yield f"shift of {shift} deviations after 200: told in {len(told) / streams:.1%}, median after {median:.0f}"


def _delay(rng: np.random.Generator, shift: float, seed: int, before: int = 200) -> int | None:
    numbers = independent(rng, before + 800)
    numbers[before:] += shift
    found = first_alarm(numbers, f"{shift} {seed}", alpha=0.001)
    return None if found is None or found <= before else found - before


def _line(name: str, found: list[int | None]) -> str:
    share = sum(one is not None for one in found) / len(found)
    return f"{name}: ever an alarm in {share:.1%} of {len(found)} streams of {NUMBERS}, bound {ALPHA:.1%}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 2000):
        print(line)  # noqa: T201
