import numpy as np

from service.contract.detector import Detector
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, InputSpec, Range, Threshold
from service.contract.picture import Pixels
from service.contract.scorer import Scorer, Scores
from tests.wells import good_well, leaking_well
from training.evaluation.robustness import ROWS, judge_corrupted

GOOD = [good_well(seed) for seed in range(30)]
LEAKS = [leaking_well(seed) for seed in range(20)]


class Brightness:
    """Scores by the brightest pixel, so that it takes darkness for a good well."""

    def score(self, pixels: Pixels) -> Scores:
        return np.asarray(pixels.max(axis=(1, 2, 3)), np.float32)


def detector(scorer: Scorer) -> Detector:
    spec = InputSpec(height=24, width=40)
    gate = Gate(GateLimits(figures={"brightness": Range(low=60)}), spec)
    return Detector(gate, spec, scorer, Threshold(value=200.0, strategy="given"))


def test_the_gate_turns_what_the_score_calls_good_into_an_alarm() -> None:
    rows = {row.corruption: row for row in judge_corrupted(GOOD, LEAKS, detector(Brightness()))}
    assert rows["none"].good_passed.value == rows["none"].good_passed_gated.value == 1
    assert rows["none"].leaks_found.value == 1
    assert rows["black"].good_passed.value == 1
    assert rows["black"].good_passed_gated.value == 0
    assert rows["black"].leaks_found.value == 0
    assert rows["black"].leaks_found_gated.value == 1


def test_every_row_counts_all_pictures() -> None:
    rows = judge_corrupted(GOOD, LEAKS, detector(Brightness()))
    assert [row.corruption for row in rows] == list(ROWS)
    assert {(row.good_passed.total, row.leaks_found.total) for row in rows} == {(30, 20)}


def test_a_score_that_is_not_finite_passes_nobody() -> None:
    class Broken:
        def score(self, pixels: Pixels) -> Scores:
            return np.full(len(pixels), np.nan, np.float32)

    assert detector(Broken()).finds(GOOD).all()
