import numpy as np

from service.contract.decision import Verdict
from training.evaluation.metrics import measure, measure_served

SCORES = np.array([0.1, 0.2, 0.3, 0.4])
LABELS = np.array([0, 0, 1, 1])


def test_a_score_equal_to_the_threshold_counts_as_leak() -> None:
    metrics = measure(SCORES, LABELS, threshold=0.3)
    assert metrics.tpr is not None
    assert metrics.tnr is not None
    assert (metrics.tpr.hits, metrics.tnr.hits, metrics.auroc) == (2, 2, 1.0)


def test_an_absent_class_has_no_rate_and_no_auroc() -> None:
    metrics = measure(SCORES, np.zeros(4), threshold=0.3, scenes=np.arange(4))
    assert metrics.tpr is None
    assert metrics.tpr_by_event is None
    assert metrics.auroc is None
    assert metrics.tnr is not None
    assert metrics.tnr.value == 0.5


def test_scenes_and_events_are_counted_beside_the_pictures() -> None:
    scores = np.array([0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.2])
    metrics = measure(scores, np.array([0, 0, 0, 0, 1, 1, 1]), 0.5, np.array([3, 3, 3, 8, 0, 0, 1]))
    assert metrics.tnr is not None
    assert metrics.tnr_by_scene is not None
    assert metrics.tpr_by_event is not None
    assert (metrics.tnr.value, metrics.tnr_by_scene.value, metrics.tpr_by_event.value) == (0.75, 0.5, 0.5)
    assert measure(scores, np.zeros(7), 0.5).tnr_by_scene is None, "scenes that nobody told are not made up"


def test_as_served_a_refused_well_has_not_passed_and_a_refused_leak_raises_an_alarm() -> None:
    good = [Verdict.NO_LEAK, Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.LEAK]
    leaks = [Verdict.LEAK, Verdict.UNKNOWN, Verdict.NO_LEAK]
    served = measure_served([*good, *leaks], np.repeat([0, 1], [4, 3]), np.array([0, 0, 0, 1, 9, 9, 9]))
    assert served.tnr is not None
    assert served.refused is not None
    assert served.tnr_by_scene is not None
    assert (served.tnr.hits, served.refused.hits) == (2, 1)
    assert served.tnr_by_scene.value == (2 / 3 + 0) / 2
    assert served.tpr is not None
    assert served.called_leak is not None
    assert (served.tpr.hits, served.called_leak.hits, served.tpr.total) == (2, 1, 3)
