"""The figures of a scorer and a threshold on labelled pictures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.artifact import Artifact
from service.contract.errors import TooFewPictures
from service.contract.manifest import InputSpec, Metrics, Threshold
from service.contract.scorer import Scorer, Scores
from training.dataset.data import Dataset, Group, pixels_of
from training.dataset.layout import Label
from training.dataset.splits import Split, split
from training.evaluation.content import CorruptionRates, Mistake
from training.evaluation.rates import measure

BATCH = 256


@dataclass(frozen=True, slots=True)
class Scored:
    """Groups of equal pictures and the score of each, float32 [N]."""

    groups: tuple[Group, ...]
    scores: Scores

    @property
    def labels(self) -> NDArray[np.bool_]:
        """True for leaks, [N]."""
        return np.array([group.label is Label.LEAK for group in self.groups], dtype=bool)

    def metrics(self, threshold: float) -> Metrics:
        """Rates at the threshold, and AUROC; a group counts once."""
        return measure(self.scores, self.labels, threshold)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An artefact's figures on one part of the data.

    ``mistakes`` has the worst first; ``robustness`` is empty where they were not asked for.
    """

    part: str
    threshold: Threshold
    scored: Scored
    metrics: Metrics
    by_source: dict[str, Metrics]
    files: int
    mistakes: tuple[Mistake, ...]
    robustness: tuple[CorruptionRates, ...] = ()

    def as_json(self) -> str:
        """For machines: ``tpr`` and ``tnr`` as plain numbers (null where the class is absent), then the detail."""
        tpr, tnr = self.metrics.tpr, self.metrics.tnr
        content = {
            "split": self.part,
            "tpr": tpr and tpr.value,
            "tnr": tnr and tnr.value,
            "auroc": self.metrics.auroc,
            "threshold": self.threshold.value,
            "counts": {"files": self.files, "leak": tpr.total if tpr else 0, "good": tnr.total if tnr else 0},
            "rates": self.metrics.model_dump(),
            "by_source": {source: metrics.model_dump() for source, metrics in self.by_source.items()},
            "mistakes": [
                {"kind": mistake.kind, "score": mistake.score, "file": mistake.file} for mistake in self.mistakes
            ],
            "faults": [_as_json(rates) for rates in self.robustness],
        }
        return json.dumps(content, indent=2)


def _as_json(rates: CorruptionRates) -> dict[str, Any]:
    """Under the key that readers of the output know: ``fault``."""
    content = asdict(rates)
    return {"fault": content.pop("corruption")} | {name: rate.model_dump() for name, rate in content.items()}


def score_groups(scorer: Scorer, spec: InputSpec, groups: Sequence[Group]) -> Scored:
    """Score each group's picture."""
    batches = [scorer.score(pixels_of(groups[start : start + BATCH], spec)) for start in range(0, len(groups), BATCH)]
    return Scored(tuple(groups), np.concatenate([np.zeros(0, np.float32), *batches]))


def evaluate(artifact: Artifact, scorer: Scorer, data: Dataset, part: str | None = None) -> Evaluation:
    """Judge a part of the data with an artefact: by default the test part, or the report part where there is none.

    Raises:
        TooFewPictures: the part is empty.
    """
    name = part or ("test" if data.has_test else "report")
    groups = _select(name, data)
    if not groups:
        raise TooFewPictures(f"the data has no pictures in the part {name!r}: choose another with --split")
    scored = score_groups(scorer, artifact.manifest.input, groups)
    threshold = artifact.manifest.threshold.value
    return Evaluation(
        part=name,
        threshold=artifact.manifest.threshold,
        scored=scored,
        metrics=scored.metrics(threshold),
        by_source=_by_source(scored, threshold),
        files=sum(len(group.files) for group in groups),
        mistakes=_mistakes(scored, threshold),
    )


_SELECTORS: Mapping[str, Callable[[Split], tuple[Group, ...]]] = {
    "report": lambda parts: (*parts.report_good, *parts.report_leak),
    "choice": lambda parts: (*parts.choice_good, *parts.choice_leak),
    "calibration": lambda parts: parts.calibration_good,
}


def _select(part: str, data: Dataset) -> tuple[Group, ...]:
    if part in _SELECTORS:
        return _SELECTORS[part](split(data))
    return tuple(group for group in data.groups if group.sealed == (part == "test"))


def _by_source(scored: Scored, threshold: float) -> dict[str, Metrics]:
    sources = np.array([group.source for group in scored.groups])
    return {
        str(source): measure(scored.scores[sources == source], scored.labels[sources == source], threshold)
        for source in np.unique(sources)
    }


def _mistakes(scored: Scored, threshold: float) -> tuple[Mistake, ...]:
    found = [
        Mistake("escape" if is_leak else "false_alarm", score, group.files[0])
        for group, score, is_leak in zip(scored.groups, scored.scores.tolist(), scored.labels.tolist(), strict=True)
        if (score < threshold) == is_leak
    ]
    return tuple(sorted(found, key=lambda mistake: abs(mistake.score - threshold), reverse=True))
