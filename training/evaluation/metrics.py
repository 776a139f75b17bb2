"""The figures of one part of the data: of the score alone, and as the service answers."""

from collections.abc import Sequence

import numpy as np

from service.contract.decision import Verdict
from service.contract.manifest import Metrics, ServedMetrics
from service.contract.scenes.rates import Scenes, scene_rate
from training.evaluation.rates import Labels, Scores, auroc, by_class, rate


def measure(scores: Scores, labels: Labels, threshold: float, scenes: Scenes | None = None) -> Metrics:
    """Rates at a threshold (scores from it on are leaks) and the AUROC, of the classes that are there.

    Args:
        scores: [N].
        labels: [N], 0 or False good, 1 or True leak.
        threshold: the cut.
        scenes: of good wells the number of the scene, of leaks that of the event, [N]; without them no rate over
            scenes is given.
    """
    good, leak = by_class(scores, labels)
    metrics = Metrics(
        tpr=rate(int((leak >= threshold).sum()), leak.size) if leak.size else None,
        tnr=rate(int((good < threshold).sum()), good.size) if good.size else None,
        auroc=auroc(scores, labels) if good.size and leak.size else None,
    )
    if scenes is None:
        return metrics
    alarms, is_leak = np.asarray(scores) >= threshold, np.asarray(labels).astype(bool)
    by_scene = {
        "tnr_by_scene": scene_rate(~alarms[~is_leak], scenes[~is_leak]) if good.size else None,
        "tpr_by_event": scene_rate(alarms[is_leak], scenes[is_leak]) if leak.size else None,
    }
    return metrics.model_copy(update=by_scene)


def measure_served(verdicts: Sequence[Verdict], labels: Labels, scenes: Scenes) -> ServedMetrics:
    """Rates of the verdicts on a part: [N] verdicts, labels and scenes."""
    found = np.array(verdicts, dtype=object)
    is_leak = np.asarray(labels).astype(bool)
    good, leak = found[~is_leak], found[is_leak]
    passed, refused = good == Verdict.NO_LEAK, good == Verdict.UNKNOWN
    return ServedMetrics(
        tpr=rate(int((leak != Verdict.NO_LEAK).sum()), leak.size) if leak.size else None,
        called_leak=rate(int((leak == Verdict.LEAK).sum()), leak.size) if leak.size else None,
        tnr=rate(int(passed.sum()), good.size) if good.size else None,
        tnr_by_scene=scene_rate(passed, scenes[~is_leak]) if good.size else None,
        refused=rate(int(refused.sum()), good.size) if good.size else None,
    )
