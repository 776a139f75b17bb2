from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from service.contract.artifact import open_artifact
from service.contract.errors import DataError
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, Range
from service.contract.picture import Pixels
from service.contract.scorer import Scores
from service.contract.stored_files.stored_file import StoredFile, nothing
from tests.pictures import bomb, encoded
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well

pytest.importorskip("pyarrow", reason="the extra cluster is not installed")

from training.rescoring.rescorer import FileRescorer, open_rescorer, packed, unpacked


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("artifacts")
    write_artifact(root)
    return root


@pytest.fixture
def rescorer(artifacts: Path) -> FileRescorer:
    return open_rescorer(open_artifact(next(artifacts.glob("small-*"))))


def stored(name: str, content: bytes) -> StoredFile:
    return StoredFile(PurePosixPath(name), len(content), lambda: content)


def gone() -> bytes:
    raise DataError("vanished")


def refused() -> bytes:
    raise PermissionError(13, "Permission denied", "b.png")


def test_verdict_and_score_are_those_of_the_detector(rescorer: FileRescorer) -> None:
    pictures = [good_well(3), leaking_well(3)]
    rows = rescorer.table([stored(f"{n}.png", encoded(picture)) for n, picture in enumerate(pictures)]).to_pylist()
    seen = [picture[..., ::-1] for picture in pictures]  # OpenCV takes what it encodes for BGR
    judged = rescorer.detector.judge_all(seen)
    assert [(row["verdict"], row["reason"], row["score"]) for row in rows] == [one[:2] + one[3:4] for one in judged]
    assert [(row["width"], row["height"]) for row in rows] == [(48, 27)] * 2


def test_whatever_cannot_be_judged_is_a_row_of_its_own_that_says_why(rescorer: FileRescorer) -> None:
    files = [
        stored("a.png", encoded(good_well(1))),
        StoredFile(PurePosixPath("b.png"), 9, refused),
        StoredFile(PurePosixPath("c.png"), 9, gone),
        StoredFile(PurePosixPath("d.png"), 0, nothing, "is no ordinary file"),
        stored("e.png", b"no picture"),
        stored("f.png", bomb(40_000, 40_000)),
        stored("g.png", encoded(leaking_well(1))),
    ]
    rows = rescorer.table(files).to_pylist()
    unreadable, undecodable = ("unknown", "file_unreadable"), ("unknown", "input_undecodable")
    assert [(row["verdict"], row["reason"]) for row in rows[1:6]] == [
        *[unreadable] * 3,
        undecodable,
        ("unknown", "input_too_large"),
    ]
    assert [row["error"] is None for row in rows] == [True, *[False] * 5, True]
    assert [row["picture_id"] is None for row in rows] == [False, True, True, True, False, False, False]
    assert rows[6]["verdict"] == "leak"


def test_a_size_that_the_gate_refuses_is_not_scored(rescorer: FileRescorer) -> None:
    gate = Gate(GateLimits(width=Range(high=40)), rescorer.detector.input)
    strict = replace(rescorer, detector=replace(rescorer.detector, gate=gate))
    (row,) = strict.table([stored("a.png", encoded(good_well(1)))]).to_pylist()
    assert (row["verdict"], row["reason"], row["score"]) == ("unknown", "input_size", None)


class Choosy:
    """Fails where a white picture is among those to be scored."""

    def score(self, pixels: Pixels) -> Scores:
        if (pixels.mean(axis=(1, 2, 3)) > 130).any():
            raise RuntimeError("no")
        return np.zeros(len(pixels), np.float32)


def test_a_picture_on_which_the_scorer_fails_fails_alone(rescorer: FileRescorer) -> None:
    choosy = replace(rescorer, detector=replace(rescorer.detector, scorer=Choosy()))
    bright = np.clip(good_well(2).astype(int) + 60, 0, 255).astype(np.uint8)
    rows = choosy.table([stored(f"{n}.png", encoded(one)) for n, one in enumerate((good_well(1), bright))]).to_pylist()
    assert [(row["verdict"], row["reason"]) for row in rows] == [
        ("no_leak", "score_below_threshold"),
        ("unknown", "scoring_failed"),
    ]


def test_a_packed_artefact_judges_as_the_folder_does(rescorer: FileRescorer, artifacts: Path) -> None:
    artifact = open_artifact(next(artifacts.glob("small-*")))
    files = [stored("a.png", encoded(leaking_well(4)))]
    assert unpacked(artifact.id, packed(artifact)).table(files) == rescorer.table(files)
