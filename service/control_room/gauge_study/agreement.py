"""Attribute agreement: people, repeats and a reference, from a list of answers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

import numpy as np

from service.contract.decision import Verdict
from service.contract.journal_entry import Review
from service.control_room.gauge_study.rates import Kappa, Share, cohen, fleiss, share

CORRECTION = timedelta(minutes=2)
"""Who answers again for the same picture within this time corrects the answer; later it is a repeat."""

Trials = Mapping[str, Sequence[Verdict]]
"""The answers of one person by picture, in the order of time."""


class Appraisal(NamedTuple):
    """What somebody said of a picture."""

    picture: str
    reviewer: str
    at: datetime
    verdict: Verdict


@dataclass(slots=True)
class Appraiser:
    """One person, or the system itself, which has no name.

    ``undecided``: answers ``unknown``. ``within``: pictures with the same answer each time, of those with repeats.
    Against the reference: ``effectiveness``, pictures of which every answer is right; ``misses``, answers ``no_leak``
    of those to leaks; ``false_alarms``, answers ``leak`` of those to good wells; each null without a reference. Their
    intervals count a picture once, however often it was answered. The kappa is that of first answers.
    """

    reviewer: str | None
    pictures: int
    answers: int
    undecided: int
    within: Share
    effectiveness: Share | None = None
    misses: Share | None = None
    false_alarms: Share | None = None
    kappa: Kappa | None = None


@dataclass(slots=True)
class Pair:
    """Two people: their first answers to the pictures that both have judged."""

    first: str
    second: str
    agreement: Share
    kappa: Kappa


@dataclass(slots=True)
class AgreementStudy:
    """The whole study.

    ``between``: pictures judged by everybody with one and the same answer throughout; ``unanswered``: answers that are
    missing until everybody has judged every picture once; the kappa (Fleiss) is of first answers, where there are two
    people or more.
    """

    pictures: int
    reference: str | None
    reference_leak: int
    reference_good: int
    unanswered: int
    reviewers: list[Appraiser]
    system: Appraiser
    pairs: list[Pair]
    between: Share
    kappa: Kappa | None


def answers_of(reviews: Iterable[Review]) -> list[Appraisal]:
    """Turn reviews into answers: in the order of time, corrections in the place of what they correct."""
    answers: dict[tuple[str, str], list[Appraisal]] = defaultdict(list)
    for review in sorted(reviews, key=lambda each: each.at):
        answer = Appraisal(review.decision_id, review.reviewer.strip(), review.at, review.verdict)
        before = answers[answer.picture, answer.reviewer]
        if before and answer.at - before[-1].at <= CORRECTION:
            before.pop()
        before.append(answer)
    return sorted((answer for some in answers.values() for answer in some), key=lambda each: each.at)


def agreement_of(
    answers: Sequence[Appraisal], said: Mapping[str, Verdict], reference: str | None = None
) -> AgreementStudy:
    """Compare the answers to the pictures of a study.

    Args:
        answers: in the order of time; with a reference those to its pictures alone count.
        said: the system's verdict on each picture.
        reference: who knows the truth: the last answer to each picture is the reference, and no other is counted.
    """
    truth = {answer.picture: answer.verdict for answer in answers if answer.reviewer == reference}
    counted = [one for one in answers if one.reviewer != reference and (reference is None or one.picture in truth)]
    pictures = [*truth] if reference is not None else [*dict.fromkeys(one.picture for one in counted)]
    by_reviewer: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for one in counted:
        by_reviewer[one.reviewer][one.picture].append(one.verdict)
    people = dict(sorted(by_reviewer.items()))
    known = truth if reference is not None else None
    verdicts = [*truth.values()]
    return AgreementStudy(
        pictures=len(pictures),
        reference=reference,
        reference_leak=verdicts.count(Verdict.LEAK),
        reference_good=verdicts.count(Verdict.NO_LEAK),
        unanswered=sum(len(pictures) - len(trials) for trials in people.values()),
        reviewers=[_appraiser(name, trials, known) for name, trials in people.items()],
        system=_appraiser(None, {picture: [said[picture]] for picture in pictures if picture in said}, known),
        pairs=[_pair(one, other, people) for one, other in combinations(people, 2)],
        between=_between(pictures, people),
        kappa=_fleiss(pictures, people) if len(people) > 1 else None,
    )


def _appraiser(name: str | None, trials: Trials, truth: Mapping[str, Verdict] | None) -> Appraiser:
    every = [verdict for some in trials.values() for verdict in some]
    repeated = [some for some in trials.values() if len(some) > 1]
    same = sum(len(set(some)) == 1 for some in repeated)
    appraiser = Appraiser(name, len(trials), len(every), every.count(Verdict.UNKNOWN), share(same, len(repeated)))
    if truth is not None:
        decided = [picture for picture in trials if truth[picture] is not Verdict.UNKNOWN]
        right = sum(set(trials[picture]) == {truth[picture]} for picture in decided)
        appraiser.effectiveness = share(right, len(decided))
        appraiser.misses = _answered(trials, truth, Verdict.LEAK, Verdict.NO_LEAK)
        appraiser.false_alarms = _answered(trials, truth, Verdict.NO_LEAK, Verdict.LEAK)
        appraiser.kappa = cohen([trials[picture][0] for picture in decided], [truth[picture] for picture in decided])
    return appraiser


def _answered(trials: Trials, truth: Mapping[str, Verdict], true: Verdict, answer: Verdict) -> Share:
    pictures = [picture for picture in trials if truth[picture] is true]
    answers = [verdict for picture in pictures for verdict in trials[picture]]
    return share(answers.count(answer), len(answers), len(pictures))


def _pair(first: str, second: str, people: Mapping[str, Trials]) -> Pair:
    one, other = people[first], people[second]
    both = [picture for picture in one if picture in other]
    answers = [one[picture][0] for picture in both], [other[picture][0] for picture in both]
    same = sum(a is b for a, b in zip(*answers, strict=True))
    return Pair(first, second, share(same, len(both)), cohen(*answers))


def _between(pictures: Sequence[str], people: Mapping[str, Trials]) -> Share:
    if len(people) < 2:  # noqa: PLR2004  # nobody to agree with
        return share(0, 0)
    judged = [picture for picture in pictures if all(picture in trials for trials in people.values())]
    same = sum(len({one for trials in people.values() for one in trials[picture]}) == 1 for picture in judged)
    return share(same, len(judged))


def _fleiss(pictures: Sequence[str], people: Mapping[str, Trials]) -> Kappa:
    counts = np.zeros((len(pictures), len(Verdict)))
    for row, picture in zip(counts, pictures, strict=True):
        for trials in people.values():
            if picture in trials:
                row[[*Verdict].index(trials[picture][0])] += 1
    return fleiss(counts)
