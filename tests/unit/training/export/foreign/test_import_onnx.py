"""Models of other tools, trained and exported by those tools, become artefacts by the command."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper
from torch import nn

from service.contract.artifact import open_artifact
from service.contract.decision import Verdict
from service.contract.detector import open_detector
from service.contract.manifest import InputSpec
from service.contract.picture import decode
from tests.foreign_graphs import write_dimming
from tests.wells import good_well, leaking_well, write_wells
from training.cli import main
from training.dataset.data import pixels_of
from training.dataset.layout import Label
from training.dataset.reading import load

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the tools that train and export here

HEIGHT, WIDTH = 16, 24


@pytest.fixture(scope="module")
def wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wells(tmp_path_factory.mktemp("data") / "wells", good=60, leak=8)


@pytest.fixture(scope="module")
def pixels(wells: Path) -> np.ndarray:
    """Good wells at the model's size, float32 [N, H, W, 3] in 0..1."""
    good = load(wells).select(Label.GOOD)
    return pixels_of(good, InputSpec(height=HEIGHT, width=WIDTH)).astype(np.float32) / 255


def imported(file: Path, wells: Path, *options: str) -> Path:
    """The folder of the artefact that the command makes, verified, with golden pictures that are judged right."""
    out = file.parent / "artifacts"
    assert main(["import-onnx", str(file), "--data", str(wells), "--out", str(out), *options]) == 0
    (manifest,) = out.glob("*/manifest.json")
    artifact = open_artifact(manifest.parent)
    detector = open_detector(artifact)
    for golden in artifact.manifest.golden:
        judged = detector.judge(decode((artifact.folder / golden.file).read_bytes()))
        assert judged.verdict is golden.verdict
        assert judged.score == pytest.approx(golden.score, rel=1e-5)
    assert {golden.verdict for golden in artifact.manifest.golden} == {Verdict.NO_LEAK, Verdict.LEAK}
    assert detector.judge(leaking_well(999)).verdict is Verdict.LEAK
    assert artifact.manifest.gate.figures
    return artifact.folder


def refused(file: Path, wells: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The one line at the end of what the command says; nothing is written."""
    out = file.parent / "artifacts"
    assert main(["import-onnx", str(file), "--data", str(wells), "--out", str(out), *options]) == 2
    assert not out.exists() or list(out.iterdir()) == []
    return capsys.readouterr().err.splitlines()[-1]


def test_an_autoencoder_of_scikit_learn_is_served(wells: Path, pixels: np.ndarray, tmp_path: Path) -> None:
    skl2onnx = pytest.importorskip("skl2onnx", reason="needs skl2onnx")
    from sklearn.neural_network import MLPRegressor  # noqa: PLC0415  # only where skl2onnx is

    rows = pixels.reshape(len(pixels), -1)
    model = MLPRegressor(hidden_layer_sizes=(8,), max_iter=150, random_state=0).fit(rows, rows)
    (tmp_path / "Perceptron v2.onnx").write_bytes(skl2onnx.to_onnx(model, rows[:1]).SerializeToString())
    folder = imported(tmp_path / "Perceptron v2.onnx", wells, "--size", f"{HEIGHT}x{WIDTH}", "--no-activate")
    assert folder.name.startswith("perceptron_v2-")
    assert not (folder.parent / "active.json").exists()
    scores = ((model.predict(rows[:5]) - rows[:5]) ** 2).mean(axis=1)
    found = open_detector(open_artifact(folder)).scorer.score((pixels[:5] * 255).round().astype(np.uint8))
    assert found == pytest.approx(scores, rel=1e-3)


def test_a_convolutional_autoencoder_of_pytorch_is_served(wells: Path, pixels: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 4, 4), nn.Tanh(), nn.ConvTranspose2d(4, 3, 4, 4))
    batch = torch.from_numpy(pixels).permute(0, 3, 1, 2) * 2 - 1
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(120):
        optimiser.zero_grad()
        loss = (model(batch) - batch).square().mean()
        loss.backward()
        optimiser.step()
    file = tmp_path / "conv.onnx"
    torch.onnx.export(
        model.eval(),
        (batch[:2],),
        file,
        input_names=["image"],
        output_names=["restored"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        verbose=False,
    )
    folder = imported(file, wells, "--normalise", "symmetric", "--name", "by_hand")
    assert folder.name.startswith("by_hand-")
    assert json.loads((folder.parent / "active.json").read_text()) == {"artifact": folder.name}
    recipe = open_artifact(folder).manifest.recipe["imported"]
    assert recipe == {
        "input": "image",
        "output": "restored",
        "output_is": "reconstruction",
        "layout": "nchw",
        "channels": "rgb",
        "mean": [0.5],
        "std": [0.5],
    }
    assert "conv.onnx" in (folder / "MODEL_CARD.md").read_text()
    assert str(tmp_path) not in (folder / "manifest.json").read_text()
    assert open_detector(open_artifact(folder)).judge(good_well(999)).verdict is not Verdict.LEAK


def test_a_model_that_takes_one_picture_at_a_time_is_refused(
    wells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = onnx.numpy_helper.from_array(np.array([1, HEIGHT * WIDTH * 3]), "one")
    row = (
        helper.make_node("Constant", [], ["one"], value=shape),
        helper.make_node("Reshape", ["dimmed", "one"], ["row"]),
    )
    file = write_dimming(tmp_path / "one.onnx", [1, 3, HEIGHT, WIDTH], extra=row, output="row")
    assert "takes no batches" in refused(file, wells, capsys)


def test_a_score_that_may_be_negative_is_refused(
    wells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = (
        helper.make_node("Flatten", ["dimmed"], ["rows"], axis=1),
        helper.make_node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Neg", ["mean"], ["score"]),
    )
    file = write_dimming(tmp_path / "signed.onnx", ["N", 3, HEIGHT, WIDTH], 17, extra=nodes, output="score")
    assert "a score must be 0 or more" in refused(file, wells, capsys)


def test_options_that_make_no_sense_are_refused(
    wells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option, value in (("--name", "No Name"), ("--size", "28"), ("--channels", "cmyk")):
        with pytest.raises(SystemExit):
            main(["import-onnx", str(tmp_path / "x.onnx"), "--data", str(wells), option, value])
        assert option in capsys.readouterr().err
