from dataclasses import replace

import numpy as np
import pytest

from service.contract.commissioning.cut import Terms, cut_for, suspected
from service.contract.decision import Reason
from service.contract.manifest import Threshold
from tests.observations import observations, observed_scores, together

OWN = Threshold(value=3.0, strategy="given")
TERMS = Terms(OWN, lowest_leak=10.0)


def test_the_cut_is_the_geometric_middle_of_what_good_wells_need_and_leaks_allow() -> None:
    seen = observed_scores([float(score) for score in range(1, 21)][::-1], range(20))
    cut = cut_for(seen, Terms(OWN, lowest_leak=100.0))
    assert [cut.lower, cut.upper] == pytest.approx([19.0, 75.0], rel=1e-5), "one of twenty scenes may alarm"
    assert cut.value == pytest.approx(np.sqrt(19.0 * 75.0), rel=1e-5)
    assert cut.room == pytest.approx(75 / 19, rel=1e-5)


def test_one_leak_in_twenty_pictures_does_not_move_the_cut() -> None:
    good = observations(40, 5)
    leaks = observed_scores([8.0, 9.0, 12.0, 20.0, 11.0, 14.0, 30.0, 10.0, 8.5, 9.5], range(10))
    alone, mixed = cut_for(good, TERMS), cut_for(together(good, leaks), TERMS)
    assert mixed == alone
    assert suspected(together(good, leaks), TERMS).sum() == 10


def test_mild_leaks_lift_the_cut_no_higher_than_known_leaks_allow() -> None:
    mild = observed_scores([7.4] * 10, range(10))
    cut = cut_for(together(observations(40, 5), mild), TERMS)
    assert cut.value <= TERMS.upper == 7.5


def test_frames_of_one_long_scene_count_as_one_scene() -> None:
    short = observations(40, 5)
    long = observed_scores([5.0] * 2000, [0] * 2000)
    assert cut_for(together(short, long), TERMS).lower < 5.0


def test_what_the_gate_doubts_says_nothing_of_the_cut() -> None:
    good = observations(40, 5)
    steamed = observed_scores([6.0] * 100, range(100), [Reason.INPUT_STEAMED] * 100)
    refused = observed_scores([float("nan")] * 100, range(100), [Reason.INPUT_BLACK] * 100)
    assert cut_for(together(good, steamed, refused), TERMS) == cut_for(good, TERMS)


def test_without_a_known_leak_the_cut_stays_where_the_artefact_has_it() -> None:
    terms = replace(TERMS, lowest_leak=None)
    assert cut_for(observations(40, 5), terms).value == OWN.value
