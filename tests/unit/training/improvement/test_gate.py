"""What the gate on the own past lets through."""

from pathlib import Path

import pytest

from service.contract.artifact import open_artifact
from service.contract.detector import Detector, open_detector
from service.contract.picture import Pixels
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well, leaking_well
from training.dataset.data import Group, key_of
from training.dataset.layout import Label
from training.dataset.splits import Split
from training.improvement.gate import GateResult, judge_past

NAMES = ("new-00000001", "old-00000000")


def group(picture: Pixels, label: Label, scene: int) -> Group:
    return Group(
        key_of(picture), picture, label, sealed=False, files=(f"{label.name.lower()}/{scene}.png",), scene=scene
    )


def parts(leaks: int = 4, good: int = 6) -> Split:
    leaking = tuple(group(leaking_well(seed), Label.LEAK, seed) for seed in range(leaks))
    passed = tuple(group(good_well(seed), Label.GOOD, 100 + seed) for seed in range(good))
    return Split((), (), (), (), (), (), (), leaking[::2], passed, leaking[1::2])


def detector(folder: Path, threshold: float) -> Detector:
    """One that calls leaks what scores so much: leaks score about 0.05, good wells about 0.001."""
    root = folder / str(threshold)
    name = write_artifact(root)
    rewrite_manifest(root / name, threshold={"value": threshold, "strategy": "decision_stump"})
    return open_detector(open_artifact(root / name))


def gate(folder: Path, candidate: float, served: float, wells: Split | None = None) -> GateResult:
    return judge_past(detector(folder, candidate), detector(folder, served), wells or parts(), NAMES)


def test_fewer_false_alarms_and_no_leak_lost_passes(tmp_path: Path) -> None:
    found = gate(tmp_path, candidate=0.005, served=1e-6)
    assert found.against == ""
    assert (found.false_alarms, found.false_alarms_of_served) == (0.0, 1.0)
    assert (found.leaks, found.missed, found.good, found.scenes) == (4, 0, 6, 6)


def test_a_reviewed_leak_that_would_be_missed_is_named_and_refuses(tmp_path: Path) -> None:
    found = gate(tmp_path, candidate=0.9, served=1e-6)
    assert len(found.lost) == 4
    assert "leak/0.png" in found.against


def test_no_fewer_false_alarms_is_no_improvement(tmp_path: Path) -> None:
    assert "not fewer" in gate(tmp_path, candidate=0.004, served=0.005).against


def test_more_leaks_found_at_as_many_false_alarms_is_one(tmp_path: Path) -> None:
    found = gate(tmp_path, candidate=0.005, served=0.9)
    assert (found.missed, found.missed_by_served, found.against) == (0, 4, "")


@pytest.mark.parametrize("good", [6, 0])
def test_without_a_reviewed_leak_nothing_passes(tmp_path: Path, good: int) -> None:
    assert "no leak was reviewed" in gate(tmp_path, 0.005, 1e-6, parts(leaks=0, good=good)).against
