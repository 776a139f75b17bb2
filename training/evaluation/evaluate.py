"""The figures of a scorer and a threshold on labelled pictures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.detector import Detector, pictures_at_once
from service.contract.errors import TooFewPictures
from service.contract.manifest import InputSpec, Metrics, ServedMetrics, Threshold
from service.contract.scenes.rates import Scenes
from service.contract.scorer import Scorer, Scores
from training.dataset.data import Dataset, Group, pictures_of, pixels_of
from training.dataset.layout import Label
from training.dataset.scenes import events_of, scene_numbers, with_scenes
from training.dataset.splits import Split, split
from training.evaluation.content import CorruptionRates, Mistake
from training.evaluation.metrics import measure, measure_served


@dataclass(frozen=True, slots=True)
class Scored:
    """Groups of equal pictures and the score of each, float32 [N]."""

    groups: tuple[Group, ...]
    scores: Scores

    @property
    def labels(self) -> NDArray[np.bool_]:
        """True for leaks, [N]."""
        return np.array([group.label is Label.LEAK for group in self.groups], dtype=bool)

    @property
    def scenes(self) -> Scenes:
        """Of good wells the scene, of leaks the event, [N]."""
        return scenes_and_events(self.groups)

    def metrics(self, threshold: float) -> Metrics:
        """Rates at the threshold, and AUROC; a group counts once."""
        return measure(self.scores, self.labels, threshold, self.scenes)


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
        """For machines: rates as plain numbers (null where the class is absent), then the detail."""
        tpr, tnr, by_scene = self.metrics.tpr, self.metrics.tnr, self.metrics.tnr_by_scene
        content = {
            "split": self.part,
            "tpr": tpr and tpr.value,
            "tnr": tnr and tnr.value,
            "tnr_by_scene": by_scene and by_scene.value,
            "as_served": _plain(self.metrics.served),
            "auroc": self.metrics.auroc,
            "threshold": self.threshold.value,
            "counts": {
                "files": self.files,
                "leak": tpr.total if tpr else 0,
                "good": tnr.total if tnr else 0,
                "scenes": by_scene.scenes if by_scene else 0,
            },
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
    step = pictures_at_once(spec)
    batches = [scorer.score(pixels_of(groups[start : start + step], spec)) for start in range(0, len(groups), step)]
    return Scored(tuple(groups), np.concatenate([np.zeros(0, np.float32), *batches]))


def serve_groups(detector: Detector, groups: Sequence[Group]) -> ServedMetrics:
    """The verdicts that the service gives, gate included, in rates."""
    verdicts = [detection.verdict for detection in detector.judge_many(pictures_of(groups))]
    return measure_served(verdicts, np.array([group.label for group in groups]), scenes_and_events(groups))


def scenes_and_events(groups: Sequence[Group]) -> Scenes:
    """The number of the scene of each good well, and of each leak's event, [N]."""
    numbers = scene_numbers(groups)
    leaks = [row for row, group in enumerate(groups) if group.label is Label.LEAK]
    numbers[leaks] = events_of([groups[row] for row in leaks])
    return numbers


def evaluate(detector: Detector, data: Dataset, part: str | None = None, site: Dataset | None = None) -> Evaluation:
    """Judge a part of the data with an artefact's detector.

    By default the test part is judged; where there is none, the reporting half of the second set ``site``, or the
    report part of the first.

    Raises:
        TooFewPictures: the part is empty.
    """
    name = part or ("test" if data.has_test else "site_report" if site else "report")
    groups = _select(name, data, site)
    if not groups:
        raise TooFewPictures(f"the data has no pictures in the part {name!r}: choose another with --split")
    scored = score_groups(detector.scorer, detector.input, groups)
    threshold = detector.threshold.value
    metrics = scored.metrics(threshold).model_copy(update={"served": serve_groups(detector, groups)})
    return Evaluation(
        part=name,
        threshold=detector.threshold,
        scored=scored,
        metrics=metrics,
        by_source=_by_source(scored, threshold),
        files=sum(len(group.files) for group in groups),
        mistakes=_mistakes(scored, threshold),
    )


_SELECTORS: Mapping[str, Callable[[Split], tuple[Group, ...]]] = {
    "report": lambda parts: parts.half("report"),
    "choice": lambda parts: parts.half("choice"),
    "calibration": lambda parts: parts.calibration_good,
    "site_report": lambda parts: parts.half("site_report"),
    "site_choice": lambda parts: parts.half("site_choice"),
    "site": lambda parts: (*parts.half("site_choice"), *parts.half("site_report")),
}


def _select(part: str, data: Dataset, site: Dataset | None) -> tuple[Group, ...]:
    """The groups of a part, with the numbers of their scenes."""
    if part in _SELECTORS:
        return _SELECTORS[part](split(data, site))
    return with_scenes([group for group in data.groups if group.sealed == (part == "test")])


def _plain(served: ServedMetrics | None) -> dict[str, float | None]:
    """The values of the rates, without their intervals."""
    rates = dict(served or ())
    return {name: rate and rate.value for name, rate in rates.items()}


def _by_source(scored: Scored, threshold: float) -> dict[str, Metrics]:
    sources = np.array([group.source for group in scored.groups])
    columns = (scored.scores, scored.labels, scored.scenes)
    by_source = {str(source): [column[sources == source] for column in columns] for source in np.unique(sources)}
    return {name: measure(scores, labels, threshold, scenes) for name, (scores, labels, scenes) in by_source.items()}


def _mistakes(scored: Scored, threshold: float) -> tuple[Mistake, ...]:
    found = [
        Mistake("escape" if is_leak else "false_alarm", score, group.files[0])
        for group, score, is_leak in zip(scored.groups, scored.scores.tolist(), scored.labels.tolist(), strict=True)
        if (score < threshold) == is_leak
    ]
    return tuple(sorted(found, key=lambda mistake: abs(mistake.score - threshold), reverse=True))
