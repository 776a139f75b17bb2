from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from service.contract.decision import Decision, PictureFacts, Reason, Verdict
from service.contract.drift_index import DRIFT_FIGURES
from service.contract.manifest import DriftReference
from service.monitoring.drift import DriftMonitor, DriftReport
from tests.decisions import a_decision
from training.export.drift_reference import learn_reference

SPACING_S = 10.0


@cache
def reference() -> DriftReference:
    made = learn_reference({name: values[0] for name, values in zip(DRIFT_FIGURES, draw(1, 700), strict=True)})
    assert made is not None
    return made


def draw(seed: int, count: int, lamp: float = 1.0) -> Iterator[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Score, brightness, contrast and sharpness of wells; a dimmed lamp lowers the last three."""
    rng = np.random.default_rng(seed)
    yield rng.gamma(4, 0.001, (1, count))
    yield rng.normal(121, 5.5, (1, count)) * lamp
    yield rng.normal(11, 2, (1, count)) * lamp
    yield rng.normal(5, 0.8, (1, count)) * lamp


def decisions(seed: int, count: int, lamp: float = 1.0) -> Iterator[Decision]:
    columns = [values[0] for values in draw(seed, count, lamp)]
    for score, brightness, contrast, sharpness in zip(*columns, strict=True):
        facts = PictureFacts(48, 27, 1100, brightness, contrast, sharpness)
        yield a_decision(Verdict.NO_LEAK, score=score, picture=facts)


class Plant:
    """A camera whose wells are seen anew each spacing."""

    def __init__(self, watch: DriftMonitor) -> None:
        self.watch = watch
        self.now = 0.0

    def send(self, made: Iterator[Decision]) -> list[DriftReport]:
        reports = []
        for decision in made:
            self.now += SPACING_S
            report = self.watch.observe(decision, self.now)
            if report is not None:
                reports.append(report)
        return reports


def plant() -> Plant:
    return Plant(DriftMonitor(reference, SPACING_S))


def test_without_drift_there_is_no_false_alarm_in_a_hundred_windows() -> None:
    reports = plant().send(decisions(2, 20_000))
    assert len(reports) == 100
    assert not any(report.drifting for report in reports)


@pytest.mark.parametrize(("lamp", "pictures"), [(0.95, 600), (0.90, 600), (0.85, 600)])
def test_a_lamp_dimmed_in_steps_of_five_percent_is_found_after_three_windows(lamp: float, pictures: int) -> None:
    reports = plant().send(decisions(3, 2000, lamp))
    first = next(number for number, report in enumerate(reports, 1) if "brightness" in report.drifting)
    assert first * 200 == pictures
    assert "score" not in reports[-1].drifting


def test_a_lamp_dimmed_by_one_percent_is_found_by_the_largest_window() -> None:
    reports = plant().send(decisions(4, 10_000, 0.985))
    assert "brightness" in reports[-1].drifting


def test_a_change_is_told_once_when_it_begins_and_once_when_it_ends() -> None:
    camera = plant()
    reports = camera.send(decisions(5, 1000, 0.9)) + camera.send(decisions(6, 8000))
    changes = [report.drifting for report in reports if report.changed]
    assert changes[0] != ()
    assert changes[-1] == ()
    assert all(one != other for one, other in pairwise(changes))


def test_a_well_counts_once_in_a_spacing() -> None:
    watch = DriftMonitor(reference, SPACING_S)
    reports = [watch.observe(decision, number * 0.01) for number, decision in enumerate(decisions(7, 900, 0.5))]
    assert not any(reports)


def test_wells_count_each_for_itself() -> None:
    watch = DriftMonitor(reference, SPACING_S)
    made = [a_decision(Verdict.NO_LEAK, well_id=f"w{number}") for number in range(200)]
    reports = [watch.observe(decision, 1.0) for decision in made]
    assert [report is not None for report in reports] == [False] * 199 + [True]


def test_pictures_without_a_score_count_for_light_alone() -> None:
    dark = PictureFacts(48, 27, 1100, 30.0, 3.0, 1.0)
    unknown = (a_decision(Verdict.UNKNOWN, picture=dark) for _ in range(600))
    assert plant().send(unknown)[-1].drifting == ("brightness", "contrast", "sharpness")


def test_pictures_that_were_not_measured_do_not_count() -> None:
    refused = (a_decision(Verdict.UNKNOWN, reason=Reason.INPUT_SIZE) for _ in range(600))
    undecodable = (a_decision(Verdict.UNKNOWN, picture=None) for _ in range(600))
    nameless = (a_decision(camera_id=None) for _ in range(600))
    camera = plant()
    assert not camera.send(refused) + camera.send(undecodable) + camera.send(nameless)


def test_another_artefact_begins_anew() -> None:
    served = [reference()]
    camera = Plant(DriftMonitor(lambda: served[0], SPACING_S))
    assert camera.send(decisions(8, 600, 0.8))[-1].drifting
    served[0] = reference().model_copy()
    assert not camera.send(decisions(8, 400, 0.8))[-1].drifting


@pytest.mark.parametrize("other", [True, False])
def test_what_has_drifted_is_taken_back_with_the_artefact_it_was_found_by(other: bool) -> None:
    served: list[DriftReference | None] = [reference()]
    camera = Plant(DriftMonitor(lambda: served[0], SPACING_S))
    assert camera.send(decisions(8, 600, 0.8))[-1].drifting
    served[0] = reference().model_copy() if other else None
    (ended,) = camera.send(decisions(8, 20, 0.8))
    assert (ended.changed, ended.drifting, set(ended.ratios.values())) == (True, (), {0.0})


def test_what_had_drifted_before_a_restart_is_taken_back_once() -> None:
    camera = plant()
    camera.watch.restore(["cam-1"])
    (ended,) = camera.send(decisions(8, 20))
    assert (ended.camera_id, ended.changed, ended.drifting) == ("cam-1", True, ())


@pytest.mark.parametrize("reason", [Reason.FROZEN, Reason.STALE, Reason.FUTURE])
def test_pictures_that_are_not_of_now_do_not_count(reason: Reason) -> None:
    old = (a_decision(Verdict.UNKNOWN, reason=reason) for _ in range(600))
    assert not plant().send(old)


def test_an_artefact_without_reference_tells_nothing() -> None:
    assert not Plant(DriftMonitor(lambda: None, SPACING_S)).send(decisions(9, 600, 0.5))


def test_strange_cameras_are_bounded_and_never_displace_a_known_one() -> None:
    watch = DriftMonitor(reference, SPACING_S, ["cam-1"])
    for number in range(1500):
        watch.observe(a_decision(camera_id=f"strange-{number}"), 1.0)
    assert len(watch._cameras) == 1000
    assert Plant(watch).send(decisions(10, 600, 0.8))[-1].drifting


def test_a_reference_that_lacks_a_figure_is_refused() -> None:
    whole = reference().model_dump()
    del whole["bin_edges"]["score"]
    with pytest.raises(ValidationError, match="must be stated for each"):
        DriftReference.model_validate(whole)


def test_a_flood_of_invented_cameras_pushes_out_the_longest_unseen_but_no_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.monitoring.drift.MOST_CAMERAS", 3)
    monkeypatch.setattr("service.monitoring.drift.MOST_WELLS", 5)
    watch = DriftMonitor(reference, SPACING_S, ["cam-1"])
    for number, decision in enumerate(decisions(1, 40, 0.5)):
        watch.observe(replace(decision, camera_id="cam-1" if number == 0 else f"cam-{number}"), float(number))
    assert set(watch._cameras) == {"cam-1", "cam-37", "cam-38", "cam-39"}
    assert len(watch._seen) == 5
