from dataclasses import replace

import numpy as np
import pytest

from service.contract.errors import FitFailed
from training.comparison.ranking import (
    DISTURBANCES,
    HARDEST,
    REAL_LEAKS,
    RULE,
    RankedCandidate,
    criteria_of,
    cut,
    merit_of,
    rank,
    rank_candidate,
    scenes_passed,
)
from training.comparison.result import JobResult
from training.synthetic.augmentation import LEAK_KINDS

GOOD = tuple(np.linspace(0, 1, 101))
DRAWN = [family for families in LEAK_KINDS.values() for family in families]


def result(
    seed: int = 0,
    left_out: str = "",
    leak: float = 2.0,
    sets: dict[str, tuple[float, ...]] | None = None,
    scenes: dict[str, tuple[int, ...]] | None = None,
    **drawn: float,
) -> JobResult:
    """A fit that finds every leak and bears everything, but for what is given: sets, and scores of families."""
    scores = {"choice_good": GOOD} | {name: (leak, leak) for name in REAL_LEAKS.values() if "site" not in name}
    scores |= {f"choice/leak/{family}": (leak, leak) for family in DRAWN}
    scores |= {f"choice/disturbance/{kind}": (0.5, 0.5) for kind in ("light", "jpeg", "tool")}
    scores |= {f"choice/{'leak' if name in DRAWN else 'disturbance'}/{name}": (one,) for name, one in drawn.items()}
    return JobResult("one", seed, left_out, scores | (sets or {}), scenes or {}, score_us=10.0)


def test_the_cut_passes_at_least_95_percent_of_the_scenes_and_no_more_than_must_be() -> None:
    found = cut(result())
    assert 0.95 <= np.mean(np.array(GOOD) < found) <= 0.97


def test_many_frames_of_one_well_do_not_move_the_cut() -> None:
    frames = (9.0,) * 500
    filmed = result(sets={"choice_good": GOOD + frames}, scenes={"choice_good": (*range(101), *[500] * 500)})
    assert cut(filmed) == pytest.approx(cut(result()), abs=0.02)


def test_scenes_of_a_second_set_weigh_as_much_as_all_those_of_the_first() -> None:
    site = tuple(np.linspace(1, 3, 40))
    both = result(sets={"site_choice_good": site})
    assert cut(both) == pytest.approx(2.8, abs=0.06), "the upper tenth of the second set is a twentieth of all weight"
    passed = scenes_passed(both)
    assert passed["unseen scenes"].value == 1
    assert passed["site scenes"].value == pytest.approx(0.9, abs=0.03)


def test_a_perfect_fit_has_every_leak_and_passes_what_the_cut_lets_pass() -> None:
    criteria = criteria_of([result()], 0)
    assert criteria.pop("unseen scenes") == pytest.approx(0.96, abs=0.01)
    assert set(criteria.values()) == {1.0}


def test_a_kind_that_was_taught_is_judged_by_the_fit_that_was_not() -> None:
    criteria = criteria_of([result(), result(left_out="cracked", crack=0.1)], 0)
    assert criteria["cracked"] == 0.0
    assert criteria["torn"] == 1.0


def test_what_is_judged_is_what_the_rule_says() -> None:
    criteria = criteria_of([result(sets={"site_choice_good": GOOD, "site_choice_leak": (2.0,)})], 0)
    assert set(criteria) == {"unseen scenes", "site scenes", *REAL_LEAKS, *LEAK_KINDS, DISTURBANCES, HARDEST}
    assert all(kind in RULE for kind in LEAK_KINDS)


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        (result(crack=0.96), result(crack=0.1), "the worst kind of drawn leaks counts"),
        (result(), result(sets={"choice_leak": (0.1, 0.1)}), "real leaks count"),
        (result(), result(sets={"site_choice_leak": (0.1,)}), "leaks of the second set count"),
        (result(), result(jpeg=1.5), "a recompression that makes false alarms counts"),
        (result(tool=1.5), result(jpeg=1.5), "what every camera brings counts more than a tool in the picture"),
        (result(crack=0.1), result(leak=0.1, crack=0.1), "with the same worst kind, who finds the others is better"),
    ],
)
def test_merit(better: JobResult, worse: JobResult, why: str) -> None:
    assert merit_of(criteria_of([better], 0)) > merit_of(criteria_of([worse], 0)), why


def test_the_hardest_mild_disturbance_is_named() -> None:
    assert rank_candidate("one", [result(jpeg=1.5, tool=2.0)]).hardest == "jpeg"


def test_one_lucky_seed_does_not_make_a_candidate_good() -> None:
    lucky = rank_candidate("lucky", [result(0), result(1, leak=0.1), result(2, leak=0.1)])
    steady = rank_candidate("steady", [result(seed, crack=0.1) for seed in range(3)])
    assert [one.candidate for one in rank([lucky, steady])] == ["steady", "lucky"]
    assert lucky.best_seed == 0


def test_a_fit_that_failed_fails_its_candidate() -> None:
    with pytest.raises(FitFailed, match="seed 1: no numbers"):
        rank_candidate("one", [result(0), JobResult("one", 1, failed="no numbers")])


@pytest.mark.parametrize(
    ("merits", "half_width", "expected", "why"),
    [
        ((0.9, 0.8, 0.7), 0.05, "abc", "the better first"),
        ((0.9, 0.87, 0.7), 0.05, "bac", "as good, as far as scenes tell, and faster"),
        ((0.9, 0.87, 0.7), 0.02, "abc", "more scenes tell them apart"),
        ((0.9, 0.87, 0.86), 0.05, "cba", "of equals the fastest"),
    ],
)
def test_rank(merits: tuple[float, float, float], half_width: float, expected: str, why: str) -> None:
    ranked = [
        RankedCandidate(name, {}, {0: merit}, 90.0 - index, half_width)
        for index, (name, merit) in enumerate(zip("abc", merits, strict=True))
    ]
    assert "".join(one.candidate for one in rank(ranked)) == expected, why


def test_no_speed_makes_up_for_a_real_leak_that_is_missed() -> None:
    sure = RankedCandidate("sure", {"real leaks": 1.0, "site leaks": 1.0}, {0: 0.9}, 90.0, 0.05)
    fast = RankedCandidate("fast", {"real leaks": 1.0, "site leaks": 0.94}, {0: 0.89}, 40.0, 0.05)
    assert [one.candidate for one in rank([fast, sure])] == ["sure", "fast"]
    as_sure = replace(fast, criteria=sure.criteria)
    assert [one.candidate for one in rank([as_sure, sure])] == ["fast", "sure"]


def test_who_was_not_timed_wins_by_no_speed() -> None:
    untimed, timed = RankedCandidate("pca", {}, {0: 0.9}, 0.0, 0.05), RankedCandidate("one", {}, {0: 0.89}, 50.0, 0.05)
    assert [one.candidate for one in rank([untimed, timed])] == ["one", "pca"]


def test_the_half_width_is_that_of_the_smaller_group_of_scenes() -> None:
    site = tuple(np.linspace(0, 1.1, 30))
    alone, both = rank_candidate("one", [result()]), rank_candidate("one", [result(sets={"site_choice_good": site})])
    assert 0.02 / 3 < alone.half_width < 0.06 / 3, "scenes passed are a third of the merit"
    assert both.half_width > alone.half_width


def test_few_scenes_are_not_asked_for_a_cut_they_cannot_place_but_disturbances_count() -> None:
    few = result(leak=1.0, sets={"choice_good": (0.1, 0.2, 0.3, 5.0)}, jpeg=7.0)
    criteria = criteria_of([few], 0)
    assert criteria["real leaks"] == 0.75, "one good well of four scores higher"
    assert criteria[HARDEST] == 0.0


def test_good_pictures_alone_are_ranked_by_drawn_leaks() -> None:
    alone = result(sets=dict.fromkeys(REAL_LEAKS.values(), ()))
    assert not set(criteria_of([alone], 0)) & set(REAL_LEAKS)
    assert merit_of(criteria_of([alone], 0)) > 0.9
