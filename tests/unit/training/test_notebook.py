import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import training
from service.contract.decision import Verdict
from service.contract.errors import ArtifactError, DataError
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_picture
from training import LoadedArtifact, load_artifact, read_comparison, read_picture
from training.comparison.content import ComparisonReport, to_json


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("artifacts")
    write_artifact(root)
    return root


@pytest.fixture(scope="module")
def artifact(root: Path) -> LoadedArtifact:
    return load_artifact(root)


def test_importing_training_loads_nothing_heavy() -> None:
    code = (
        "import sys, training; print(sorted(set(sys.modules) & {'torch', 'numpy', 'onnxruntime', 'pydantic', 'cv2'}))"
    )
    ended = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_opening_an_artefact_needs_no_torch(root: Path) -> None:
    code = "import sys, training; training.load_artifact(sys.argv[1]); print('torch' in sys.modules)"
    ended = subprocess.run((sys.executable, "-c", code, str(root)), capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


def test_what_is_offered_is_what_is_there() -> None:
    assert set(training.__all__) <= set(dir(training))
    assert all(getattr(training, name) for name in training.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = training.nothing


def test_a_folder_of_artefacts_stands_for_the_active_one(root: Path, artifact: LoadedArtifact) -> None:
    assert load_artifact(str(root / artifact.id)).id == artifact.id
    with pytest.raises(ArtifactError):
        load_artifact(root / "nothing")


def test_pictures_of_any_sizes_are_scored_as_one_by_one(artifact: LoadedArtifact) -> None:
    pictures = [good_well(1), leaking_well(2, 54, 96), good_well(3)]
    scores = artifact.score(pictures)
    assert scores.shape == (3,)
    assert (scores >= artifact.threshold).tolist() == [False, True, False]
    assert scores.tolist() == pytest.approx([float(artifact.score([one])[0]) for one in pictures], rel=1e-5)


def test_one_array_of_pictures_and_none_at_all_are_scored(artifact: LoadedArtifact) -> None:
    many = np.stack([good_well(seed) for seed in range(300)])
    assert artifact.score(many).shape == (300,)
    assert artifact.score([]).shape == (0,)


def test_judging_gives_verdicts_with_reasons(artifact: LoadedArtifact) -> None:
    good, leak = artifact.judge([good_well(1), leaking_well(1)])
    assert (good.verdict, leak.verdict) == (Verdict.NO_LEAK, Verdict.LEAK)
    assert good.reason == "score_below_threshold"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: [good_well(1).astype(np.float32) / 255],
        lambda: [good_well(1)[..., 0]],
        lambda: good_well(1),
        lambda: ["well.png"],
        lambda: [np.zeros((0, 4, 3), np.uint8)],
    ],
)
def test_arrays_of_another_kind_are_refused_and_named(
    artifact: LoadedArtifact, wrong: Callable[[], list[np.ndarray]]
) -> None:
    with pytest.raises(DataError, match=r"picture 0 is .*uint8"):
        artifact.score(wrong())


def test_a_picture_is_read_as_the_service_reads_it(tmp_path: Path) -> None:
    write_picture(tmp_path / "well.png", good_well(1))
    assert (read_picture(tmp_path / "well.png") == good_well(1)).all()
    with pytest.raises(DataError, match="cannot be read"):
        read_picture(tmp_path / "none.png")


def test_a_comparison_is_rows_with_the_same_columns(comparison: ComparisonReport, tmp_path: Path) -> None:
    (tmp_path / "comparison.json").write_bytes(to_json(comparison))
    rows = read_comparison(tmp_path / "comparison.json")
    assert [row["candidate"] for row in rows] == [one.name for one in comparison.candidates]
    assert [row["chosen"] for row in rows] == [True, False, False]
    assert len({tuple(row) for row in rows}) == 1
    shown = comparison.candidates[0].shown
    tpr = shown.parts["report"].measure(shown.threshold.value).tpr
    assert tpr is not None
    assert rows[0]["report.tpr"] == tpr.value
    assert rows[0]["worst-family TPR"] == comparison.candidates[0].merits["worst-family TPR"]
    assert rows[2]["choice.tpr"] is None


def test_something_else_is_no_comparison(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(DataError, match="no ComparisonReport"):
        read_comparison(tmp_path / "other.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_comparison(tmp_path / "none.json")


def test_the_documented_lines_run(
    root: Path, comparison: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "training.md").read_text()
    (lines,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    write_picture(tmp_path / "well.png", leaking_well(1))
    (tmp_path / "comparison.json").write_bytes(to_json(comparison))
    (tmp_path / "example").mkdir()
    (tmp_path / "example" / "artifacts").symlink_to(root)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(lines, names)  # noqa: S102  # the lines of our own page
    assert names["leaks"].tolist() == [True]
    assert names["verdicts"] == [Verdict.LEAK]
    assert set(names["best"]) == {one.name for one in comparison.candidates}
