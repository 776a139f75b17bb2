import numpy as np
import pytest

from service.contract.decision import Reason
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, InputSpec
from service.contract.picture import Pixels
from tests.wells import good_well, leaking_well
from training.gate.limits import learn
from training.synthetic.corruption_table import corrupted
from training.synthetic.corruptions import blurred, lit, noisy, veiled

SPEC = InputSpec(height=28, width=48)
GOOD = [good_well(seed) for seed in range(500)]
LEAKS = [leaking_well(seed) for seed in range(1000, 1050)]
HELD_OUT = [good_well(seed) for seed in range(5000, 5400)]
COARSE = (
    *("black", "white", "flat", "veil 70%", "veil 85%", "steam 85%", "lamp 40%", "lamp 15%"),
    *("blur 3 px", "blur 4 px", "noise 25", "lower half lost", "inverted", "colours swapped"),
)


@pytest.fixture(scope="module")
def limits() -> GateLimits:
    return learn(GOOD, SPEC, LEAKS, drawn=300)


@pytest.fixture(scope="module")
def gate(limits: GateLimits) -> Gate:
    return Gate(limits, SPEC)


def refused(gate: Gate, pictures: list[Pixels]) -> float:
    return float(np.mean([gate.judge(picture)[1] is not None for picture in pictures]))


def test_held_out_good_wells_pass(gate: Gate) -> None:
    assert refused(gate, HELD_OUT) <= 0.003


def test_leaks_pass_so_that_the_score_judges_them(gate: Gate) -> None:
    assert refused(gate, [leaking_well(seed) for seed in range(100)]) <= 0.01


@pytest.mark.parametrize("strength", COARSE)
def test_coarse_corruptions_are_refused(gate: Gate, strength: str) -> None:
    rng = np.random.default_rng(9)
    assert refused(gate, [corrupted(strength, picture, rng) for picture in HELD_OUT[:100]]) >= 0.99


def test_what_cannot_be_told_apart_refuses_nothing(gate: Gate) -> None:
    assert refused(gate, [np.ascontiguousarray(picture[::-1]) for picture in HELD_OUT[:100]]) <= 0.02


def test_coarse_faults_are_always_refused(gate: Gate) -> None:
    rng = np.random.default_rng(9)
    for picture in HELD_OUT[:50]:
        for faulty in (lit(picture, 0.4), lit(picture, 0.15), blurred(picture, 3), noisy(picture, 30, rng)):
            assert gate.judge(faulty)[1] is not None


def test_what_the_score_endures_passes_and_coarse_faults_still_do_not() -> None:
    gate = Gate(learn(GOOD, SPEC, LEAKS, {"darker": 0.2, "brighter": 0.2}, drawn=300), SPEC)
    for gain in (0.85, 1.15):
        assert refused(gate, [lit(picture, gain) for picture in HELD_OUT[:200]]) <= 0.01
    assert refused(gate, [lit(picture, 0.4) for picture in HELD_OUT[:50]]) == 1


def test_a_veil_is_told_on_leaks_too(gate: Gate) -> None:
    leaks = [leaking_well(seed) for seed in range(2000, 2100)]
    assert refused(gate, [veiled(leak, 0.8, leak.mean((0, 1))) for leak in leaks]) > 0.9


def test_sizes_may_be_half_or_double_and_proportions_somewhat_other(gate: Gate) -> None:
    assert gate.judge(good_well(1, 27, 40))[1] is not Reason.INPUT_SIZE
    assert gate.judge(good_well(1, 27, 90))[1] is Reason.INPUT_SIZE
    assert gate.judge(good_well(1, 12, 21))[1] is Reason.INPUT_SIZE


def test_the_same_pictures_and_seed_give_the_same_limits(limits: GateLimits) -> None:
    again = learn(GOOD, SPEC, LEAKS, drawn=300)
    assert again.model_dump_json() == limits.model_dump_json()


def test_few_pictures_limit_the_plain_figures_alone() -> None:
    limits = learn([good_well(seed) for seed in range(20)], SPEC)
    assert not limits.detectors
    assert Gate(limits, SPEC).judge(lit(good_well(77), 0.3))[1] is Reason.INPUT_DARK
    assert Gate(limits, SPEC).judge(good_well(77))[1] is None


def test_grey_pictures_of_another_product_can_be_learnt() -> None:
    rng = np.random.default_rng(3)

    def product() -> Pixels:
        picture = np.repeat(rng.normal(120, 20, (60, 60, 1)), 3, axis=2)
        return np.clip(picture, 0, 255).astype(np.uint8)

    gate = Gate(learn([product() for _ in range(150)], SPEC, drawn=150), SPEC)
    assert refused(gate, [product() for _ in range(100)]) <= 0.02
    assert refused(gate, [blurred(product(), 2) for _ in range(100)]) > 0.95
