"""The gate on the real wells: it passes those it has not seen, and no leak slips through under faults."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from service.contract.artifact import open_artifact, read_active
from service.contract.detector import Detector, open_detector
from service.contract.gate.gate import Gate
from service.contract.picture import Pixels
from training.dataset.reading import load
from training.dataset.splits import Split, split
from training.evaluation.robustness import ROWS, drawn
from training.gate.limits import learn_gate
from training.synthetic.corruptions import Random, blurred, lit, veiled

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "wells.tar.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the real wells are not at {DATA}")

ALWAYS = [
    *("black", "white", "flat", "veil 50%", "veil 70%", "veil 85%", "steam 85%", "lamp 40%", "lamp 15%"),
    *("blur 2 px", "blur 3 px", "blur 4 px", "noise 25", "lower half lost", "inverted"),
]
MOSTLY = {"colours swapped": 0.75, "steam 70%": 0.85}
HIDDEN = {"steam 40%", "steam 50%", "steam 60%", "steam 70%", "lamp 70%"}
"""A leak under it has the figures of a good well in slight steam or at dusk: only the score can find it, as far as it
does; the model card states how far."""

FAINT = {"lamp 85%", "blur 0.75 px", "blur 1 px", "steam 30%", "veil 30%"}
"""They take up to half of a leak's error: the mildest of 116 leaks may fall below the threshold."""

USABLE: dict[str, Callable[[Pixels, Random], Pixels]] = {
    "lamp 90%": lambda picture, rng: lit(picture, 0.9),  # noqa: ARG005  # every fault gets the generator
    "lamp 110%": lambda picture, rng: lit(picture, 1.1),  # noqa: ARG005  # as above
    "blur 0.5 px": lambda picture, rng: blurred(picture, 0.5),  # noqa: ARG005  # as above
    "steam 10%": lambda picture, rng: veiled(picture, 0.1, picture.mean((0, 1))),  # noqa: ARG005  # as above
}

SLIGHTLY = {"steam 10%": 0.03}
"""Share of good wells that may be doubted all the same: whatever is let pass here lets leaks pass in thicker steam."""


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(load(DATA))


@pytest.fixture(scope="module")
def detector() -> Detector:
    folder = ROOT / "model_artifacts"
    return open_detector(open_artifact(folder / read_active(folder)))


@pytest.fixture(scope="module")
def gate(parts: Split, detector: Detector) -> Gate:
    return Gate(learn_gate(parts, detector), detector.input)


@pytest.fixture(scope="module")
def held_out(parts: Split) -> list[Pixels]:
    return [group.picture for group in (*parts.report_good, *parts.calibration_good)]


def refused(gate: Gate, pictures: list[Pixels]) -> float:
    return float(np.mean([gate.judge(picture)[1] is not None for picture in pictures]))


def test_at_most_one_held_out_good_well_in_two_hundred_is_refused(gate: Gate, held_out: list[Pixels]) -> None:
    assert len(held_out) > 1400
    assert refused(gate, held_out) <= 0.005


def test_leaks_that_were_not_learnt_from_reach_the_score(gate: Gate, parts: Split) -> None:
    assert refused(gate, [group.picture for group in parts.report_leak]) <= 0.02


@pytest.mark.parametrize("fault", [*ALWAYS, *MOSTLY])
def test_faults_of_good_wells_are_refused(gate: Gate, held_out: list[Pixels], fault: str) -> None:
    rng = np.random.default_rng(2)
    faulty = [drawn(fault, picture, rng) for picture in held_out[:300]]
    assert refused(gate, faulty) >= MOSTLY.get(fault, 1.0)


@pytest.mark.parametrize("change", USABLE)
def test_slightly_other_light_focus_and_air_are_usable(gate: Gate, held_out: list[Pixels], change: str) -> None:
    rng = np.random.default_rng(3)
    assert refused(gate, [USABLE[change](picture, rng) for picture in held_out[:500]]) <= SLIGHTLY.get(change, 0.002)


@pytest.mark.parametrize("fault", [row for row in ROWS if row not in HIDDEN])
def test_no_leak_under_a_fault_is_called_no_leak(gate: Gate, parts: Split, detector: Detector, fault: str) -> None:
    """Both halves of the leaks, 116 pictures."""
    rng = np.random.default_rng(4)
    leaks = [drawn(fault, group.picture, rng) for group in (*parts.report_leak, *parts.choice_leak)]
    found = detector.finds(leaks)
    slipped = [not hit and gate.judge(leak)[1] is None for hit, leak in zip(found, leaks, strict=True)]
    assert np.mean(slipped) <= (0.05 if fault in FAINT else 0.0)
