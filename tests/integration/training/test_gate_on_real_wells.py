"""The gate on the real wells: it passes those it has not seen, and refuses them under faults."""

from pathlib import Path

import numpy as np
import pytest

from service.contract.picture import Pixels
from service.monitoring.gate import Gate
from training.companions import learn_gate
from training.data import load
from training.nuisance import GRADED
from training.splits import Split, split

DATA = Path(__file__).parents[4] / "shared" / "data" / "wells.tar.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the real wells are not at {DATA}")

ALWAYS = [
    "black",
    "white",
    "flat",
    *("veil 50%", "veil 70%", "veil 85%", "steam 85%"),
    *("lamp 40%", "lamp 15%"),
    *("blur 2 px", "blur 3 px", "blur 4 px"),
    *("noise 10", "noise 25"),
    *("lower half lost", "inverted"),
]
MOSTLY = {"veil 30%": 0.97, "steam 70%": 0.97, "blur 1 px": 0.97, "lamp 70%": 0.97, "upside down": 0.95}
MOSTLY |= {"colours swapped": 0.93}


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(load(DATA))


@pytest.fixture(scope="module")
def gate(parts: Split) -> Gate:
    return Gate(learn_gate(parts))


@pytest.fixture(scope="module")
def held_out(parts: Split) -> list[Pixels]:
    return [group.picture for group in (*parts.report_good, *parts.calibration_good)]


def refused(gate: Gate, pictures: list[Pixels]) -> float:
    return float(np.mean([gate.judge(picture)[1] is not None for picture in pictures]))


def test_at_most_one_held_out_good_well_in_a_thousand_is_refused(gate: Gate, held_out: list[Pixels]) -> None:
    assert len(held_out) > 1500
    assert refused(gate, held_out) <= 0.001


def test_leaks_that_were_not_learnt_from_reach_the_score(gate: Gate, parts: Split) -> None:
    assert refused(gate, [group.picture for group in parts.report_leak]) <= 0.02


@pytest.mark.parametrize("fault", [*ALWAYS, *MOSTLY])
def test_faults_of_good_wells_are_refused(gate: Gate, held_out: list[Pixels], fault: str) -> None:
    rng = np.random.default_rng(2)
    faulty = [GRADED[fault](picture, rng) for picture in held_out[:300]]
    assert refused(gate, faulty) >= MOSTLY.get(fault, 1.0)
