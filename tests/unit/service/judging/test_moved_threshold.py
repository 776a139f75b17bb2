from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from service.contract.artifact import MODEL, open_artifact
from service.contract.decision import Verdict
from service.contract.errors import ArtifactInvalid, Unavailable
from service.judging.active_choice import ActiveChoice
from service.judging.moved_threshold import relabelled, with_threshold
from service.judging.proving import challenge
from service.judging.serving import Serving, open_serving
from service.monitoring.cameras_file import Camera, CameraThreshold
from service.settings import Settings
from tests.small_artifact import THRESHOLD, write_artifact

MOVED = 0.004


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    root = tmp_path / "artifacts"
    return open_serving(root / write_artifact(root), Settings())


def moved(serving: Serving, folder: Path, value: float = MOVED) -> Serving:
    return open_serving(folder / with_threshold(serving, value, folder), Settings())


def test_the_graph_and_the_scores_stay_and_the_threshold_moves(serving: Serving, tmp_path: Path) -> None:
    made = moved(serving, tmp_path / "made")
    graphs = [onnx.load(one.artifact.model_path) for one in (serving, made)]
    assert graphs[0].graph == graphs[1].graph
    assert {entry.key: entry.value for entry in graphs[1].metadata_props}["leak.threshold"] == repr(MOVED)
    assert (made.threshold, made.artifact.manifest.threshold.strategy) == (MOVED, "moved")
    assert made.artifact.manifest.scores_of == serving.artifact.id
    assert made.artifact.id != serving.artifact.id
    assert challenge(made).ok


def test_the_same_threshold_makes_the_same_artefact_once(serving: Serving, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert with_threshold(serving, MOVED, folder) == with_threshold(serving, MOVED, folder)
    assert len(list(folder.iterdir())) == 1


def test_a_threshold_moved_twice_keeps_the_first_artefact_s_name_for_its_scores(
    serving: Serving, tmp_path: Path
) -> None:
    twice = moved(moved(serving, tmp_path / "made"), tmp_path / "made", 0.0045)
    assert twice.artifact.scores_of == serving.artifact.id
    assert [entry.key for entry in onnx.load(twice.artifact.model_path).metadata_props].count("leak.threshold") == 1


def test_golden_pictures_get_the_verdicts_of_the_new_threshold(serving: Serving, tmp_path: Path) -> None:
    manifest = serving.artifact.manifest
    good, leak = sorted(manifest.golden, key=lambda picture: picture.score)
    in_order = manifest.model_copy(update={"golden": (leak, good)})
    again = replace(serving, artifact=replace(serving.artifact, manifest=in_order))
    made = moved(again, tmp_path / "made", (good.score + leak.score) / 2)
    assert [picture.verdict for picture in made.artifact.manifest.golden] == [Verdict.LEAK, Verdict.NO_LEAK]


@pytest.mark.parametrize(("value", "missing"), [(1e-9, "good well"), (100.0, "leak")])
def test_a_threshold_that_no_golden_picture_could_challenge_is_refused(
    serving: Serving, tmp_path: Path, value: float, missing: str
) -> None:
    with pytest.raises(ArtifactInvalid, match=f"show no {missing}, .* choose one between"):
        with_threshold(serving, value, tmp_path / "made")
    assert not list((tmp_path / "made").glob("*"))


@pytest.mark.parametrize(
    ("served", "wanted", "passes"),
    [
        pytest.param(THRESHOLD, 0.0061, True, id="above a leak that is found so far"),
        pytest.param(THRESHOLD, 0.006, False, id="at the leak, which is found still"),
        pytest.param(0.009, 0.008, False, id="above it, but lower than so far"),
        pytest.param(0.009, 0.0091, True, id="higher where it passes already"),
    ],
)
def test_a_threshold_that_lets_a_known_leak_pass_is_refused(
    serving: Serving, tmp_path: Path, served: float, wanted: float, passes: bool
) -> None:
    known = serving.artifact.manifest.threshold.model_copy(update={"value": served, "lowest_leak": 0.006})
    manifest = serving.artifact.manifest.model_copy(update={"threshold": known})
    knowing = replace(serving, artifact=replace(serving.artifact, manifest=manifest))
    with pytest.raises(ArtifactInvalid, match=r"0\.006 and would pass") if passes else nullcontext():
        with_threshold(knowing, wanted, tmp_path / "made")
    assert len(list((tmp_path / "made").glob("*"))) == (not passes)


def test_a_folder_that_cannot_be_written_is_named(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "made").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be kept"):
        with_threshold(serving, MOVED, tmp_path / "made")


@pytest.mark.parametrize("end", [1, 20, 200])
def test_a_graph_that_is_cut_off_is_refused(serving: Serving, end: int) -> None:
    with pytest.raises(ArtifactInvalid, match="cut off"):
        relabelled((serving.artifact.folder / MODEL).read_bytes()[:-end], {})


def test_a_camera_s_own_cut_holds_for_the_same_scores(serving: Serving, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    made = with_threshold(serving, MOVED, folder)
    own = Camera(interval_s=1, threshold=CameraThreshold(value=0.0035, artifact=serving.artifact.id))
    found = open_serving(folder / made, Settings(), cameras={"cam-2": own})
    assert found.threshold_of("cam-2").value == 0.0035
    assert found.threshold_of("cam-1").value == MOVED != THRESHOLD


def test_artefacts_of_the_same_scores_are_found(serving: Serving, tmp_path: Path) -> None:
    choice = ActiveChoice(tmp_path / "artifacts", tmp_path / "data")
    made = with_threshold(serving, MOVED, choice.made)
    (choice.made / "damaged-01234567").mkdir()
    (choice.made / "damaged-01234567" / "manifest.json").write_text("{")
    both = frozenset({serving.artifact.id, made})
    assert choice.same_scores(serving.artifact) == both
    assert choice.same_scores(open_artifact(choice.folder_of(made))) == both
