import numpy as np
import pytest

from service.contract.errors import FitFailed
from training.comparison.picture_sets import MILDER
from training.comparison.ranking import (
    DISTURBANCES,
    MILD,
    REAL,
    RULE,
    RankedCandidate,
    criteria_of,
    cut,
    rank,
    rank_candidate,
)
from training.comparison.result import JobResult
from training.synthetic.augmentation import LEAK_KINDS

GOOD = tuple(np.linspace(0, 1, 101))


def result(seed: int = 0, left_out: str = "", leak: float = 2.0, **scores: float) -> JobResult:
    sets = {"choice_good": GOOD, "choice_leak": (leak, leak), f"choice/leak/{MILDER}": (leak, leak)}
    sets |= {f"choice/leak/{family}": (leak, leak) for families in LEAK_KINDS.values() for family in families}
    sets |= {"choice/disturbance/light": (0.5, 0.5)}
    sets |= {f"choice/leak/{family}": (score,) for family, score in scores.items()}
    return JobResult("one", seed, left_out, sets, score_us=10.0)


def test_the_cut_passes_at_least_99_percent_of_good_wells() -> None:
    found = cut(result())
    assert np.mean(np.array(GOOD) < found) >= 0.99
    assert found <= 1.0


def test_a_perfect_fit_passes_every_test() -> None:
    assert set(criteria_of([result()], 0).values()) == {1.0}


def test_a_kind_that_was_taught_is_judged_by_the_fit_that_was_not() -> None:
    results = criteria_of([result(), result(left_out="cracked", crack=0.1)], 0)
    assert results["cracked"] == 0.0
    assert results["torn"] == 1.0


def test_what_is_tested_is_what_the_rule_says() -> None:
    assert set(criteria_of([result()], 0)) == {REAL, MILD, DISTURBANCES, *LEAK_KINDS}
    assert all(kind in RULE for kind in LEAK_KINDS)


def test_one_lucky_seed_does_not_make_a_candidate_good() -> None:
    lucky = rank_candidate("lucky", [result(0), result(1, leak=0.1), result(2, leak=0.1)])
    steady = rank_candidate("steady", [result(seed, crack=0.1) for seed in range(3)])
    assert [one.candidate for one in rank([lucky, steady])] == ["steady", "lucky"]
    assert lucky.best_seed == 0


def test_a_fit_that_failed_fails_its_candidate() -> None:
    with pytest.raises(FitFailed, match="seed 1: no numbers"):
        rank_candidate("one", [result(0), JobResult("one", 1, failed="no numbers")])


@pytest.mark.parametrize(
    ("values", "expected", "why"),
    [
        ((0.9, 0.8, 0.7), "abc", "the better first"),
        ((0.9, 0.899, 0.7), "bac", "as good and faster"),
        ((0.9, 0.89, 0.7), "abc", "faster, but not as good"),
    ],
)
def test_rank(values: tuple[float, float, float], expected: str, why: str) -> None:
    ranked = [
        RankedCandidate(name, {}, {0: value}, 90.0 - index)
        for index, (name, value) in enumerate(zip("abc", values, strict=True))
    ]
    assert "".join(one.candidate for one in rank(ranked)) == expected, why


def test_few_good_wells_are_not_asked_for_a_cut_they_cannot_place() -> None:
    few = {**result().scores, "choice_good": (0.1, 0.2, 0.3, 5.0), "choice_leak": (1.0, 1.0)}
    results = criteria_of([JobResult("one", 0, scores=few)], 0)
    assert results[REAL] == 0.75, "one good well of four scores higher"
    assert DISTURBANCES not in results
