"""The self-test: golden pictures go the way of every picture and must get their known scores and verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.contract.decision import Verdict
from service.contract.manifest import GoldenPicture

Challenge = Callable[[str], tuple[float | None, Verdict]]


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """One golden picture: what it must get, and what it got."""

    file: str
    expected_score: float
    expected_verdict: Verdict
    score: float | None
    verdict: Verdict
    ok: bool


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The result of one self-test; ``problem`` is None exactly when it passed."""

    ok: bool
    problem: str | None
    artifact: str
    tested_at: datetime
    pictures: tuple[GoldenResult, ...]


def run_self_test(
    artifact: str, golden: Sequence[GoldenPicture], threshold: float, tolerance: float, challenge: Challenge
) -> SelfTest:
    """Challenge each golden picture; an artefact without a good well and a leak cannot be challenged: that is no pass.

    Args:
        artifact: id of what is tested.
        golden: pictures with expected scores and verdicts.
        threshold: scores from here on are leaks.
        tolerance: allowed difference of a score, as a share of it or of the threshold, whichever is more.
        challenge: judges the golden picture of that file name by the real path.
    """
    results = tuple(_compare(picture, threshold, tolerance, *challenge(picture.file)) for picture in golden)
    failed = [result for result in results if not result.ok]
    problem = None
    missing = missing_kinds(golden)
    if missing:
        problem = (
            f"the artefact has no golden picture of {missing}, so nothing shows that it scores right: export again"
        )
    elif failed:
        first = failed[0]
        problem = (
            f"{len(failed)} of {len(results)} golden pictures fail: {first.file} got {first.verdict} "
            f"with {first.score}, not {first.expected_verdict} with {first.expected_score}: activate another artefact"
        )
    return SelfTest(problem is None, problem, artifact, datetime.now(UTC), results)


def missing_kinds(golden: Sequence[GoldenPicture]) -> str:
    """Name what no golden picture shows; empty where both a good well and a leak are there.

    >>> missing_kinds([GoldenPicture(file="golden/1.png", score=0.1, verdict=Verdict.NO_LEAK)])
    'a leak'
    """
    verdicts = {picture.verdict for picture in golden}
    kinds = {Verdict.NO_LEAK: "a good well", Verdict.LEAK: "a leak"}
    return " and ".join(name for verdict, name in kinds.items() if verdict not in verdicts)


def failed_self_test(artifact: str, problem: str) -> SelfTest:
    """Return the result where no golden picture could be judged: not to be challenged is not to pass."""
    return SelfTest(False, problem, artifact, datetime.now(UTC), ())


def _compare(
    golden: GoldenPicture, threshold: float, tolerance: float, score: float | None, verdict: Verdict
) -> GoldenResult:
    allowed = tolerance * max(golden.score, threshold)
    close = score is not None and abs(score - golden.score) <= allowed
    ok = close and verdict == golden.verdict
    return GoldenResult(golden.file, golden.score, golden.verdict, score, verdict, ok)
