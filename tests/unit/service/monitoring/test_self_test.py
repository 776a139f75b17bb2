"""The self-test: known pictures must get their known scores and verdicts."""

import pytest

from service.contract.decision import Verdict
from service.contract.manifest import GoldenPicture
from service.monitoring.self_test import run_self_test

GOOD = GoldenPicture(file="golden/good.png", score=0.0, verdict=Verdict.NO_LEAK)
LEAK = GoldenPicture(file="golden/leak.png", score=20.0, verdict=Verdict.LEAK)


@pytest.mark.parametrize(
    ("golden", "score", "verdict", "ok"),
    [
        pytest.param(LEAK, 20.0, Verdict.LEAK, True, id="the same"),
        pytest.param(LEAK, 20.019, Verdict.LEAK, True, id="within a thousandth of the score"),
        pytest.param(LEAK, 20.021, Verdict.LEAK, False, id="further off"),
        pytest.param(LEAK, 20.0, Verdict.UNKNOWN, False, id="another verdict"),
        pytest.param(LEAK, None, Verdict.UNKNOWN, False, id="no score"),
        pytest.param(LEAK, float("nan"), Verdict.LEAK, False, id="not a number"),
        pytest.param(GOOD, 0.0009, Verdict.NO_LEAK, True, id="a score of zero, within a thousandth of the threshold"),
        pytest.param(GOOD, 0.0011, Verdict.NO_LEAK, False, id="a score of zero, further off"),
    ],
)
def test_a_score_may_differ_by_a_share_of_itself_or_of_the_threshold(
    golden: GoldenPicture, score: float | None, verdict: Verdict, ok: bool
) -> None:
    def challenge(file: str) -> tuple[float | None, Verdict]:
        other = LEAK if golden is GOOD else GOOD
        return (score, verdict) if file == golden.file else (other.score, other.verdict)

    result = run_self_test("small-00000000", [GOOD, LEAK], 1.0, 1e-3, challenge)
    assert (result.ok, result.problem is None) == (ok, ok)


@pytest.mark.parametrize(
    ("golden", "missing"), [([], "a good well and a leak"), ([GOOD], "a leak"), ([LEAK], "a good well")]
)
def test_an_artefact_that_cannot_be_challenged_does_not_pass(golden: list[GoldenPicture], missing: str) -> None:
    expected = {picture.file: (picture.score, picture.verdict) for picture in golden}
    result = run_self_test("small-00000000", golden, 1.0, 1e-3, lambda file: expected[file])
    assert not result.ok
    assert f"no golden picture of {missing}," in str(result.problem)
