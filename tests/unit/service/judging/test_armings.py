"""Which cuts of cameras count, with which artefact, and beside the cameras file."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.contract.artifact import Artifact, open_artifact
from service.contract.errors import SetupError, Unavailable
from service.judging.armings import ARMINGS, OUTDATED, Armings
from service.monitoring.cameras_file import Camera, CameraThreshold
from tests.armings import an_arming
from tests.damages import DAMAGES, Damage
from tests.small_artifact import THRESHOLD, write_artifact


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return open_artifact(tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts"))


def cuts(armings: Armings, artifact: Artifact) -> dict[str, float]:
    return {name: threshold.value for name, threshold in armings.thresholds(artifact).items()}


def test_what_is_put_is_found_by_the_next_start(tmp_path: Path, artifact: Artifact) -> None:
    Armings(tmp_path, {}).put("cam-1", an_arming(artifact))
    again = Armings(tmp_path, {})
    assert (again.of("cam-1"), cuts(again, artifact)) == (an_arming(artifact), {"cam-1": 0.004})
    again.put("cam-1", None)
    assert [*Armings(tmp_path, {})] == []


@pytest.mark.parametrize("change", [{"scores_of": "other-0123abcd"}, {"artifact_sha256": "cd" * 32}])
def test_a_cut_counts_with_the_very_artefact_it_was_chosen_with(
    tmp_path: Path, artifact: Artifact, change: dict[str, object]
) -> None:
    armings = Armings(tmp_path, {})
    armings.put("cam-1", an_arming(artifact, **change))
    assert (cuts(armings, artifact), armings.outdated(artifact)) == ({}, ["cam-1"])
    assert "cam-1" in armings.problems(artifact)[OUTDATED]


@pytest.mark.parametrize(
    ("lowest_leak", "threshold", "counts"),
    [
        pytest.param(0.01, 0.001, True, id="known leaks allow it, wherever the threshold is"),
        pytest.param(0.005, 0.02, False, id="known leaks do not allow it"),
        pytest.param(None, 0.02, True, id="below the threshold, where no leak is known"),
        pytest.param(None, 0.001, False, id="above the threshold, where no leak is known"),
    ],
)
def test_a_cut_goes_on_with_a_moved_threshold_that_allows_it(
    tmp_path: Path, artifact: Artifact, lowest_leak: float | None, threshold: float, counts: bool
) -> None:
    armings = Armings(tmp_path, {})
    armings.put("cam-1", an_arming(artifact))
    own = artifact.manifest.threshold.model_copy(update={"value": threshold, "lowest_leak": lowest_leak})
    manifest = artifact.manifest.model_copy(update={"threshold": own, "scores_of": artifact.id})
    moved = replace(artifact, folder=artifact.folder.with_name("small-01234567"), manifest=manifest)
    assert (cuts(armings, moved), armings.outdated(moved)) == (({"cam-1": 0.004}, []) if counts else ({}, ["cam-1"]))


@pytest.mark.parametrize(
    ("in_file", "then", "now"),
    [
        pytest.param(None, None, 0.004, id="the file says nothing"),
        pytest.param(0.003, 0.003, 0.004, id="the file says what it said when the camera was armed"),
        pytest.param(0.003, 0.002, 0.003, id="the file was changed since"),
        pytest.param(0.003, None, 0.003, id="the file got a cut since"),
        pytest.param(None, 0.003, None, id="the file lost its cut since"),
    ],
)
def test_the_cameras_file_wins_once_it_is_changed(
    tmp_path: Path, artifact: Artifact, in_file: float | None, then: float | None, now: float | None
) -> None:
    def threshold(value: float | None) -> CameraThreshold | None:
        return None if value is None else CameraThreshold(artifact=artifact.id, value=value)

    armings = Armings(tmp_path, {"cam-1": Camera(interval_s=1.0, threshold=threshold(in_file))})
    armings.put("cam-1", an_arming(artifact, instead_of=threshold(then)))
    assert cuts(armings, artifact).get("cam-1") == now
    assert cuts(armings, artifact).get("cam-2", THRESHOLD) == THRESHOLD


def test_a_cut_of_the_cameras_file_for_another_artefact_is_outdated(tmp_path: Path, artifact: Artifact) -> None:
    stale = Camera(interval_s=1.0, threshold=CameraThreshold(artifact="other-0123abcd", value=0.003))
    armings = Armings(tmp_path, {"cam-1": stale, "cam-2": Camera(interval_s=1.0)})
    assert (armings.outdated(artifact), cuts(armings, artifact)) == (["cam-1"], {})


@pytest.mark.parametrize(
    ("lowest_leak", "cut", "counts"),
    [
        pytest.param(0.006, 0.006, True, id="at the lowest known leak"),
        pytest.param(0.006, 0.0061, False, id="above it"),
        pytest.param(None, 0.0061, True, id="no leak is named, and the golden one is found"),
        pytest.param(None, 1e9, False, id="no golden leak would be found"),
    ],
)
def test_a_cut_of_the_cameras_file_counts_where_it_lets_no_known_leak_pass(
    tmp_path: Path, artifact: Artifact, lowest_leak: float | None, cut: float, counts: bool
) -> None:
    own = artifact.manifest.threshold.model_copy(update={"lowest_leak": lowest_leak})
    known = replace(artifact, manifest=artifact.manifest.model_copy(update={"threshold": own}))
    edited = Camera(interval_s=1.0, threshold=CameraThreshold(artifact=artifact.id, value=cut))
    armings = Armings(tmp_path, {"cam-1": edited})
    assert (cuts(armings, known), armings.outdated(known)) == (({"cam-1": cut}, []) if counts else ({}, ["cam-1"]))
    assert ("cam-1" in armings.problems(known).get(OUTDATED, "")) is not counts


def test_what_cannot_be_kept_changes_nothing(tmp_path: Path, artifact: Artifact) -> None:
    armings = Armings(tmp_path, {})
    (tmp_path / ARMINGS).mkdir()
    with pytest.raises(Unavailable, match="data folder"):
        armings.put("cam-1", an_arming(artifact))
    assert armings.of("cam-1") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"cam-1": {}}', '{"no camera": null}'])
def test_a_file_that_cannot_be_read_is_no_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / ARMINGS).write_text(text)
    with pytest.raises(SetupError, match=ARMINGS):
        Armings(tmp_path, {})


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_armings_that_cannot_be_read_are_refused(tmp_path: Path, artifact: Artifact, damage: Damage) -> None:
    Armings(tmp_path, {}).put("cam-1", an_arming(artifact))
    damage(tmp_path / ARMINGS)
    with pytest.raises(SetupError, match=ARMINGS):
        Armings(tmp_path, {})


def test_armings_of_a_newer_version_are_refused(tmp_path: Path, artifact: Artifact) -> None:
    Armings(tmp_path, {}).put("cam-1", an_arming(artifact))
    text = (tmp_path / ARMINGS).read_text()
    (tmp_path / ARMINGS).write_text(text.replace('"operator"', '"what_nobody_knows_yet": 1, "operator"'))
    with pytest.raises(SetupError, match=ARMINGS):
        Armings(tmp_path, {})


@pytest.mark.parametrize(
    ("kept", "recorded", "cut"),
    [
        pytest.param(None, 0.004, 0.004, id="lost, and lower than the threshold"),
        pytest.param(None, 0.006, THRESHOLD, id="lost, and higher than the threshold"),
        pytest.param(0.004, None, 0.004, id="disarmed by the record, and lower"),
        pytest.param(0.006, None, THRESHOLD, id="disarmed by the record, and higher"),
        pytest.param(0.006, 0.004, 0.004, id="another one by the record"),
    ],
)
def test_where_file_and_record_differ_the_stricter_cut_counts_and_the_camera_is_named(
    tmp_path: Path, artifact: Artifact, kept: float | None, recorded: float | None, cut: float
) -> None:
    armings = Armings(tmp_path, {})
    known = {"lowest_leak": 0.01}
    if kept is not None:
        armings.put("cam-1", an_arming(artifact, cut=kept, **known))
    said = None if recorded is None else an_arming(artifact, cut=recorded, event_id="e-2", **known)
    assert armings.recall({"cam-1": said}) == {}
    assert cuts(armings, artifact) == {"cam-1": cut}
    assert "cam-1" in armings.doubts()[ARMINGS]
    assert armings.outdated(artifact) == []
    armings.put("cam-1", said)
    assert armings.doubts() == {}


def test_what_the_record_does_not_know_is_kept_and_handed_back_for_it(tmp_path: Path, artifact: Artifact) -> None:
    armings = Armings(tmp_path, {})
    armings.put("cam-1", an_arming(artifact))
    assert armings.recall({"cam-2": None}) == {"cam-1": an_arming(artifact)}
    assert (armings.doubts(), cuts(armings, artifact)) == ({}, {"cam-1": 0.004})


def test_an_arming_that_the_cameras_file_has_overruled_is_missed_by_nobody(tmp_path: Path, artifact: Artifact) -> None:
    camera = Camera(interval_s=1, threshold=CameraThreshold(artifact=artifact.id, value=0.003))
    armings = Armings(tmp_path, {"cam-1": camera})
    armings.recall({"cam-1": an_arming(artifact)})
    assert (armings.doubts(), cuts(armings, artifact)) == ({}, {"cam-1": 0.003})
