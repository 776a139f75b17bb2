"""What the page of an evaluation says, before it has a form: plain data that survives a round trip through JSON.

Scores are one a group of equal pictures. Rates are :class:`service.contract.manifest.Rate`. Pictures are PNG data URIs
(:mod:`training.report.pictures`) and there only where the user allowed them.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from service.contract.manifest import Metrics, Rate, ServedMetrics, Threshold
from training.evaluation.metrics import measure
from training.evaluation.rates import Labels, Scores
from training.report.pictures import Example


@dataclass(frozen=True, slots=True)
class PartScores:
    """Anomaly scores on one part of the data; a class that is absent is empty.

    ``scenes`` numbers the scene of each good well and then the event of each leak; empty where they are not known.
    """

    good: tuple[float, ...] = ()
    leak: tuple[float, ...] = ()
    scenes: tuple[int, ...] = ()

    def labelled(self) -> tuple[Scores, Labels]:
        """Scores and labels (0 good, 1 leak), as :mod:`training.evaluation.rates` takes them."""
        return np.array(self.good + self.leak), np.repeat([0, 1], [len(self.good), len(self.leak)])

    def measure(self, threshold: float) -> Metrics:
        """Rates at a threshold, and the AUROC."""
        return measure(*self.labelled(), threshold, np.array(self.scenes) if self.scenes else None)


@dataclass(frozen=True, slots=True)
class CorruptionRates:
    """What a corruption (black, veil, blur, ...) does to verdicts, without the gate and with it.

    ``good_passed`` counts good wells that get ``no_leak``; ``leaks_found`` counts leaks that raise an alarm, be it
    ``leak`` or, by the gate, ``unknown``.
    """

    corruption: str
    good_passed: Rate
    good_passed_gated: Rate
    leaks_found: Rate
    leaks_found_gated: Rate


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture on the wrong side of the threshold; ``example`` shows it where pictures are allowed."""

    kind: Literal["escape", "false_alarm"]
    score: float
    file: str
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """An artefact judged on labelled pictures; ``sources`` by folder or camera, ``mistakes`` worst first."""

    title: str
    made_at: str
    command: str
    artifact: str
    split: str
    threshold: Threshold
    scores: PartScores
    sources: dict[str, Metrics]
    mistakes: tuple[Mistake, ...]
    served: ServedMetrics | None = None
    robustness: tuple[CorruptionRates, ...] = ()
    notes: tuple[str, ...] = ()
