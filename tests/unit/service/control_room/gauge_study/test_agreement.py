"""Who agrees with whom, from answers as they come: repeats, corrections, gaps, and nobody to compare with."""

from datetime import timedelta

import pytest

from service.contract.decision import Verdict
from service.contract.journal_entry import Review, new_id
from service.control_room.gauge_study.agreement import CORRECTION, AgreementStudy, agreement_of, answers_of
from service.control_room.gauge_study.rates import ALL_AGREE
from tests.decisions import START

VERDICTS = {"L": Verdict.LEAK, "N": Verdict.NO_LEAK, "U": Verdict.UNKNOWN}
SPACING = CORRECTION + timedelta(seconds=1)


def study(said: dict[str, list[str]], reference: str | None = None, system: str = "") -> AgreementStudy:
    """Each person's rounds: a letter a picture, ``.`` for no answer."""
    reviews = [
        Review(new_id(), f"picture-{place}", START + turn * SPACING, VERDICTS[letter], name)
        for name, rounds in said.items()
        for turn, row in enumerate(rounds)
        for place, letter in enumerate(row)
        if letter != "."
    ]
    verdicts = {f"picture-{place}": VERDICTS[letter] for place, letter in enumerate(system)}
    return agreement_of(answers_of(reviews), verdicts, reference)


def test_people_are_held_against_themselves_each_other_and_the_reference() -> None:
    found = study(
        {
            "expert": ["LLLLNNNNNN"],
            "ann": ["LLLLNNNNNN", "LLLNNNNNNN"],
            "bob": ["LLNUNNNNNL", "LLNUNNNNNL"],
        },
        reference="expert",
        system="LLLLNNNNNL",
    )
    assert (found.pictures, found.reference_leak, found.reference_good, found.unanswered) == (10, 4, 6, 0)
    ann, bob = found.reviewers
    assert ann.effectiveness is not None
    assert (ann.within.count, ann.within.of, ann.effectiveness.count, ann.effectiveness.of) == (9, 10, 9, 10)
    assert ann.misses is not None
    assert ann.false_alarms is not None
    assert (ann.misses.count, ann.misses.of, ann.false_alarms.count, ann.false_alarms.of) == (1, 8, 0, 12)
    assert (bob.within.count, bob.undecided, bob.answers) == (10, 2, 20)
    assert bob.misses is not None
    assert bob.false_alarms is not None
    assert (bob.misses.count, bob.misses.of, bob.false_alarms.count) == (2, 8, 2)
    assert found.system.false_alarms is not None
    assert (found.system.reviewer, found.system.answers, found.system.false_alarms.count) == (None, 10, 1)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.agreement.count, pair.agreement.of) == ("ann", "bob", 7, 10)
    assert (found.between.count, found.between.of) == (7, 10)
    assert found.kappa is not None
    assert found.kappa.value is not None


def test_one_reviewer_has_nobody_to_agree_with() -> None:
    found = study({"ann": ["LN", "LN"]})
    assert (found.pairs, found.kappa, found.between.of) == ([], None, 0)
    assert (found.reviewers[0].within.count, found.reviewers[0].effectiveness) == (2, None)


def test_without_repeats_nothing_is_said_of_agreement_within() -> None:
    found = study({"ann": ["LN"], "bob": ["LN"]})
    assert [(one.within.of, one.within.value) for one in found.reviewers] == [(0, None)] * 2


def test_where_all_say_the_same_of_all_kappa_is_undefined() -> None:
    found = study({"ann": ["NNN"], "bob": ["NNN"], "expert": ["NNN"]}, reference="expert")
    assert (found.between.count, found.between.of) == (3, 3)
    assert found.kappa is not None
    assert {found.kappa.why, found.pairs[0].kappa.why, found.reviewers[0].kappa and found.reviewers[0].kappa.why} == {
        ALL_AGREE
    }
    assert found.reviewers[0].misses is not None
    assert (found.reviewers[0].misses.of, found.reviewers[0].misses.value) == (0, None)


def test_missing_answers_and_unequal_repeats_are_counted_as_what_they_are() -> None:
    found = study({"ann": ["LNLN", "L..."], "bob": ["L.L.", "LNL.", "N..."]})
    ann, bob = found.reviewers
    assert (ann.pictures, ann.answers, ann.within.of) == (4, 5, 1)
    assert (bob.pictures, bob.answers, bob.within.count, bob.within.of) == (3, 6, 1, 2)
    assert (found.pictures, found.unanswered) == (4, 1)
    assert (found.between.count, found.between.of) == (2, 3)
    assert found.pairs[0].agreement.of == 3


def test_pictures_of_which_the_reference_is_not_sure_prove_nothing_about_others() -> None:
    found = study({"expert": ["UL"], "ann": ["NL"]}, reference="expert")
    (ann,) = found.reviewers
    assert ann.effectiveness is not None
    assert (found.pictures, ann.effectiveness.count, ann.effectiveness.of) == (2, 1, 1)


def test_the_last_word_of_the_reference_counts_and_pictures_it_never_saw_do_not() -> None:
    found = study({"expert": ["LL.", "N.."], "ann": ["NLN"]}, reference="expert")
    assert (found.pictures, found.reference_leak, found.reviewers[0].answers) == (2, 1, 2)
    assert study({"ann": ["N"]}, reference="nobody").pictures == 0


def test_a_study_of_nothing_is_empty() -> None:
    found = study({})
    assert (found.pictures, found.reviewers, found.kappa, found.system.answers) == (0, [], None, 0)


@pytest.mark.parametrize(("later", "answers"), [(CORRECTION, 1), (CORRECTION + timedelta(seconds=1), 2)])
def test_a_second_answer_soon_after_is_a_correction_and_later_a_repeat(later: timedelta, answers: int) -> None:
    reviews = [
        Review("a", "picture", START, Verdict.LEAK, "ann"),
        Review("b", "picture", START + later, Verdict.NO_LEAK, " ann "),
    ]
    found = answers_of(reversed(reviews))
    assert [len(found), found[-1].verdict] == [answers, Verdict.NO_LEAK]
