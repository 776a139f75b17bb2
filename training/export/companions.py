"""What an artefact carries beside its graphs so that it can be trusted: gate, golden pictures, drift reference."""

import cv2
import numpy as np

from service.contract.detector import Detector
from service.contract.drift_index import DRIFT_FIGURES
from service.contract.gate.figures import FIGURES, measure
from service.contract.manifest import DriftReference, GateLimits, GoldenPicture, InputSpec
from service.contract.scorer import Scorer
from training.dataset.splits import Split
from training.evaluation.content import FaultDetection
from training.evaluation.evaluate import score_groups
from training.evaluation.robustness import judge_faults
from training.export.draft import Draft
from training.export.drift_reference import learn_reference
from training.export.golden import draw_golden
from training.gate import limits as gate_limits
from training.gate.cases import clear_leaks
from training.gate.robustness import endured
from training.synthetic.augmentation import reduced

DRAWN_LEAKS = 500


def learn_gate(parts: Split, detector: Detector) -> GateLimits:
    """Learn what a usable picture measures, and how far the score can be trusted beyond good wells.

    Calibration and report stay unseen, so that they can judge the gate.
    """
    good = [group.picture for group in (*parts.fit_good, *parts.choice_good)]
    wells = good or [group.picture for group in parts.calibration_good]
    leaks = [group.picture for group in parts.choice_leak]
    found = [reduced(leak) for leak in leaks]
    drawn = clear_leaks([reduced(well) for well in wells], DRAWN_LEAKS, np.random.default_rng(0))
    return gate_limits.learn(wells, leaks, endured([*found, *drawn], detector.finds))


def write_golden(draft: Draft, parts: Split, detector: Detector) -> tuple[GoldenPicture, ...]:
    """Draw golden pictures, write them into the draft, and say what they must get.

    Raises:
        ExportRefused: the model judges none of them as it should.
    """
    wells = [group.picture for group in (parts.fit_good or parts.calibration_good)]
    golden = []
    for name, picture, judged in draw_golden(wells, detector.judge):
        file = f"golden/{name}.png"
        _, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        draft.write(file, png.tobytes())
        golden.append(GoldenPicture(file=file, score=judged.score or 0.0, verdict=judged.verdict))
    return tuple(golden)


def learn_drift(parts: Split, scorer: Scorer, spec: InputSpec) -> DriftReference | None:
    """Learn how the figures are distributed on wells that the model was not trained on; None where they are few."""
    groups = parts.calibration_good
    figures = np.array([measure(group.picture).figures for group in groups], np.float64)
    values = {"score": score_groups(scorer, spec, groups).scores.astype(np.float64)}
    values |= {name: figures[:, FIGURES.index(name)] for name in DRIFT_FIGURES if name != "score"}
    return learn_reference(values)


def detect_under_faults(parts: Split, detector: Detector) -> tuple[FaultDetection, ...]:
    """Judge faults drawn on the pictures kept for the report."""
    good, leaks = ([group.picture for group in groups] for groups in (parts.report_good, parts.report_leak))
    return judge_faults(good, leaks, detector)
