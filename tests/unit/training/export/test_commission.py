from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.contract.artifact import open_artifact, read_active
from service.contract.detector import open_detector
from service.contract.picture import Pixels
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import filmed_well, leaking_well
from training.dataset.data import Group
from training.dataset.layout import Label
from training.dataset.splits import Split
from training.export.commission import Commissioner, rehearse, terms_for

FRAMES = 4
LEAKS = [leaking_well(seed) for seed in range(8)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_artifact(tmp_path)
    return tmp_path / read_active(tmp_path)


def groups(label: Label, pictures: list[Pixels], first: int = 0) -> tuple[Group, ...]:
    return tuple(
        Group(str(row), picture, label, False, (f"{label.name}/{row}.png",))
        for row, picture in enumerate(pictures, first)
    )


def filmed(scenes: range) -> tuple[Group, ...]:
    frames = [frame for scene in scenes for frame in filmed_well(scene, FRAMES, stain=15)]
    good = groups(Label.GOOD, frames, scenes.start * FRAMES)
    return tuple(replace(group, scene=scenes.start + row // FRAMES) for row, group in enumerate(good))


def test_the_lowest_leak_is_that_of_the_artefact_or_of_the_camera(folder: Path) -> None:
    detector = open_detector(open_artifact(folder))
    scores = detector.score(LEAKS)
    assert terms_for(detector, (), 0.05, 0.75).lowest_leak is None
    assert terms_for(detector, LEAKS, 0.05, 0.75).lowest_leak == pytest.approx(scores.min())
    for known, lowest in ((1e-3, 1e-3), (1e3, scores.min())):
        rewrite_manifest(folder, threshold={"value": 0.005, "strategy": "given", "lowest_leak": known})
        again = open_detector(open_artifact(folder))
        assert terms_for(again, LEAKS, 0.05, 0.75).lowest_leak == pytest.approx(lowest)


def test_a_rehearsal_hides_one_leak_in_twenty_pictures_in_either_half(folder: Path) -> None:
    artifact = open_artifact(folder)
    detector = open_detector(artifact)
    leaks = groups(Label.LEAK, LEAKS)
    parts = Split(
        fit_good=(),
        choice_good=(),
        calibration_good=(),
        report_good=(),
        choice_leak=leaks[3:],
        report_leak=leaks[3:],
        site_choice_good=filmed(range(40)),
        site_choice_leak=leaks[:3],
        site_report_good=filmed(range(40, 70)),
        site_report_leak=leaks[:3],
    )
    alone, mixed = rehearse(Commissioner(artifact, detector, terms_for(detector, LEAKS, 0.05, 0.75)), parts)
    assert (alone.outcome.pictures, mixed.outcome.pictures) == (140, 147)
    assert [len(one.outcome.suspects) for one in (alone, mixed)] == [0, 7]
    assert alone.outcome.cut == mixed.outcome.cut, "leaks among the pictures do not move the cut"
    assert mixed.seen is not None
    assert mixed.seen.alarms.value == pytest.approx(7 / 147), "of 140 good wells and 7 leaks the leaks alarm"
    assert np.isclose(alone.seen.alarms.value if alone.seen else 1.0, 0.0)
