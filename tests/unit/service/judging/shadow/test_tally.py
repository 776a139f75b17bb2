"""How often two artefacts agree, and what is remembered of where they do not."""

import random
from typing import Any

import pytest

from service.contract.decision import Decision, Verdict
from service.judging.shadow.tally import MOST_CAMERAS, MOST_FLIPS, MOST_WELLS, ShadowTally
from tests.decisions import a_decision

GOOD, LEAK = Verdict.NO_LEAK, Verdict.LEAK


def pair(served: Verdict, shadow: Verdict, **labels: Any) -> tuple[Decision, Decision]:  # noqa: ANN401
    return a_decision(served, **labels), a_decision(shadow, **labels)


def test_without_a_picture_there_is_no_agreement() -> None:
    assert ShadowTally(against="a").agreement() is None


def test_verdicts_are_counted_by_camera_and_both_ways() -> None:
    tally = ShadowTally(against="a")
    flips = [tally.add(*pair(served, shadow)) for served, shadow in [(GOOD, GOOD), (GOOD, LEAK), (LEAK, GOOD)]]
    assert flips == [False, True, True]
    assert tally.verdicts == {"cam-1": {GOOD: {GOOD: 1, LEAK: 1}, LEAK: {GOOD: 1}}}
    assert [(flip.served, flip.shadow) for flip in tally.flips] == [(GOOD, LEAK), (LEAK, GOOD)]
    assert tally.flipped == 2


def test_a_thousand_equal_pictures_of_one_well_prove_as_little_as_one() -> None:
    tally = ShadowTally(against="a")
    for _ in range(1000):
        tally.add(*pair(GOOD, GOOD))
    found = tally.agreement()
    assert found is not None
    assert (found.value, found.wells) == (1.0, 1)
    assert found.low == pytest.approx(1 / (1 + 1.959964**2))  # Wilson's for 1 of 1


def test_the_interval_is_wilsons_where_wells_are_no_clusters() -> None:
    tally = ShadowTally(against="a")
    for number in range(200):
        tally.add(*pair(GOOD, LEAK if number < 20 else GOOD, well_id=str(number)))
    found = tally.agreement()
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.9, 0.8506, 0.9343), abs=2e-4)


def test_the_interval_holds_the_true_share_where_wells_differ() -> None:
    draw, held, rounds = random.Random(1), 0, 300
    for _ in range(rounds):
        rates = [draw.betavariate(8, 2) for _ in range(40)]  # each well has one of its own: 0.8 in the mean
        wells = {str(well): (20, sum(draw.random() < rate for _ in range(20))) for well, rate in enumerate(rates)}
        found = ShadowTally(against="a", judged=800, wells=wells).agreement()
        assert found is not None
        held += found.low <= 0.8 <= found.high
    assert held / rounds > 0.91


def test_it_stays_small_whatever_callers_name() -> None:
    tally = ShadowTally(against="a")
    for number in range(MOST_WELLS + 500):
        tally.add(*pair(GOOD, LEAK, camera_id=str(number), well_id=str(number)))
    assert len(tally.flips) == MOST_FLIPS
    assert len(tally.verdicts) == MOST_CAMERAS + 1
    assert len(tally.wells) == MOST_WELLS + 1
    assert tally.flipped == tally.judged == MOST_WELLS + 500


def test_it_is_the_same_after_a_restart() -> None:
    tally = ShadowTally(against="a")
    tally.add(*pair(GOOD, LEAK))
    again = ShadowTally.model_validate_json(tally.model_dump_json())
    assert again == tally
    assert again.flips.maxlen == MOST_FLIPS
