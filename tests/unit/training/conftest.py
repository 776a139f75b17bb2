import numpy as np
import pytest

from service.contract.manifest import Threshold
from training.comparison.content import CandidateReport, ComparisonReport, FitReport
from training.evaluation.content import PartScores
from training.evaluation.rates import rate
from training.evaluation.thresholds import choose_threshold
from training.report.pictures import Example, example

FAMILIES = ("torn_metal", "emptied_mould", "half_emptied", "crescent", "crack", "splash", "dark_hole")
DISTURBANCES = ("light", "colour_cast", "shift", "jpeg", "blur", "cable", "steam")


def part(random: np.random.Generator, good: int, leak: int, gap: float) -> PartScores:
    return PartScores(
        tuple(np.exp(random.normal(-6, 0.35, good)).tolist()),
        tuple(np.exp(random.normal(-6 + gap, 0.6, leak)).tolist()),
    )


def drawn_example(random: np.random.Generator, name: str) -> Example:
    picture = random.integers(60, 180, (28, 48, 3), dtype=np.uint8)
    error_map = random.random((28, 48), dtype=np.float32)
    reconstruction = random.random((28, 48, 3), dtype=np.float32)
    return example(name, "leak", 0.0021, picture=picture, reconstruction=reconstruction, error_map=error_map)


def fit(seed: int, gap: float, *, pictures: bool = True) -> FitReport:
    random = np.random.default_rng(seed)
    calibration = part(random, 700, 58, gap)
    parts = {
        "choice": part(random, 760, 58, gap),
        "synthetic": part(random, 760, 500, gap * 0.7),
        "report": part(random, 760, 59, gap),
    }
    return FitReport(
        seed=seed,
        threshold=choose_threshold("false_alarm_budget", *calibration.labelled()),
        parts=parts,
        families={name: rate(int(random.integers(40, 101)), 100) for name in FAMILIES},
        disturbances={name: rate(int(random.integers(900, 1001)), 1000) for name in DISTURBANCES},
        fit_losses=tuple(0.02 * 0.6**epoch for epoch in range(6)),
        held_out_losses=tuple(0.021 * 0.62**epoch for epoch in range(6)),
        fit_s=21.4,
        score_us=118.0,
        size_bytes=213_456,
        examples=tuple(drawn_example(random, f"NN_CAM_C_0{number}.jpg") for number in range(4)) if pictures else (),
    )


@pytest.fixture(scope="session")
def comparison() -> ComparisonReport:
    names = ("conv_fc_ae_lab", "conv_fc_ae_b")
    candidates = tuple(
        CandidateReport(
            name=name,
            summary="System B's network on CIE Lab pixels, so that drifting light moves the score less.",
            merits={"worst-family TPR": 0.93 - 0.06 * place, "worst seed": 0.9 - 0.07 * place},
            fits=tuple(fit(seed + 10 * place, 2.4 - 0.25 * place) for seed in range(3)),
            shown_seed=1 + 10 * place,
        )
        for place, name in enumerate(names)
    )
    reference = CandidateReport(
        name="pca_32",
        summary="Reconstruction error of 32 principal components on 64 x 64 pictures.",
        merits={"worst-family TPR": 0.41},
        fits=(
            FitReport(
                seed=0,
                threshold=Threshold(value=0.004, strategy="decision_stump"),
                parts={"report": part(np.random.default_rng(99), 760, 59, 1.0)},
                families={"crack": rate(3, 100)},
                disturbances={},
                fit_losses=(),
                held_out_losses=(),
                fit_s=0.8,
                score_us=45.0,
                size_bytes=0,
            ),
        ),
        shown_seed=0,
        reference=True,
    )
    return ComparisonReport(
        title="Comparison of leak detectors",
        made_at="2024-05-04T10:11:12Z",
        command="leak-training compare --data wells.tar.gz --out model_artifacts",
        rule="The highest worst-family TPR at a false-alarm rate of 1 %, the mean over seeds less their spread; "
        "among equals the faster one.",
        chosen="conv_fc_ae_lab",
        candidates=(*candidates, reference),
        groups={"fit": 5100, "calibration": 700, "choice": 818, "report": 819},
        notes=("1 picture had both labels and was dropped: train/00e6.jpg.",),
        versions={"python": "3.11", "torch": "2.13"},
    )
