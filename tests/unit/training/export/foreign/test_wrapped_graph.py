from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from service.contract.errors import ExportRefused
from service.contract.picture import Pixels
from service.contract.scorer import OnnxScorer, open_session
from tests.foreign_graphs import KEPT, Axes, brightest_channel, brightness, write_dimming
from training.export.foreign.model import NORMALISATIONS, ForeignModel, Wish, read_foreign
from training.export.foreign.wrapped_graph import explaining_graph, scoring_graph
from training.export.onnx_graph import serialise

HEIGHT, WIDTH = 9, 12
PIXELS: Pixels = np.random.default_rng(0).integers(0, 256, (5, HEIGHT, WIDTH, 3), dtype=np.uint8)
SHAPES: dict[str, Axes] = {
    "nchw": ["N", 3, HEIGHT, WIDTH],
    "nhwc": ["N", HEIGHT, WIDTH, 3],
    "flat": ["N", HEIGHT * WIDTH * 3],
    "grey": ["N", 1, HEIGHT, WIDTH],
}


def scored(model: ForeignModel, folder: Path) -> np.ndarray:
    (folder / "model.onnx").write_bytes(serialise(scoring_graph(model), {}))
    return OnnxScorer(folder / "model.onnx", model.spec).score(PIXELS)


def explained(model: ForeignModel, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    (folder / "explain.onnx").write_bytes(serialise(explaining_graph(model), {}))
    session = open_session(folder / "explain.onnx")
    reconstruction, error_map = session.run(["reconstruction", "error_map"], {"pixels": PIXELS})
    return reconstruction, error_map


@pytest.mark.parametrize(
    ("shape", "normalise"),
    [pair for pair in product(SHAPES, NORMALISATIONS) if pair != ("grey", "imagenet")],  # which has three channels
)
@pytest.mark.parametrize("opset", [13, 18])
def test_a_reconstruction_is_scored_by_its_mean_squared_error(
    tmp_path: Path, shape: str, normalise: str, opset: int
) -> None:
    mean, std = NORMALISATIONS[normalise]
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES[shape], opset)
    model = read_foreign(path, Wish(size=(HEIGHT, WIDTH), mean=mean, std=std))
    picture = PIXELS.astype(np.float64) / 255
    if shape == "grey":
        picture = picture @ np.array([[0.299], [0.587], [0.114]])
    normal = (picture - mean) / np.asarray(std)
    expected = ((1 - KEPT) * normal) ** 2
    assert model.output_is == "reconstruction"
    assert scored(model, tmp_path) == pytest.approx(expected.mean(axis=(1, 2, 3)), rel=1e-4)
    reconstruction, error_map = explained(model, tmp_path)
    assert error_map == pytest.approx(expected.mean(axis=3), rel=1e-3, abs=1e-6)
    shown = np.clip(KEPT * normal * std + mean, 0, 1)
    assert reconstruction == pytest.approx(np.broadcast_to(shown, PIXELS.shape), abs=1e-4)


def test_blue_comes_first_where_the_model_wants_it(tmp_path: Path) -> None:
    first_alone = (
        helper.make_node("Split", ["dimmed"], ["first", "second", "third"], axis=1),
        helper.make_node("Flatten", ["first"], ["rows"], axis=1),
        helper.make_node("ReduceMean", ["rows"], ["score"], axes=[1], keepdims=1),
    )
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES["nchw"], 12, extra=first_alone, output="score")
    for channels, place in (("rgb", 0), ("bgr", 2)):
        model = read_foreign(path, Wish(channels=channels))  # type: ignore[arg-type]  # both are
        expected = KEPT * PIXELS[..., place].mean(axis=(1, 2)) / 255
        assert scored(model, tmp_path) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.DOUBLE])
def test_a_score_is_taken_as_it_is(tmp_path: Path, kind: int) -> None:
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES["nhwc"], 17, kind, brightness(), "score")
    model = read_foreign(path, Wish())
    assert model.output_is == "score"
    assert scored(model, tmp_path) == pytest.approx(KEPT * PIXELS.mean(axis=(1, 2, 3)) / 255, rel=1e-4)
    reconstruction, error_map = explained(model, tmp_path)
    assert reconstruction == pytest.approx(PIXELS / 255, abs=1e-5)
    assert not error_map.any()


def test_of_a_map_the_largest_value_counts(tmp_path: Path) -> None:
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES["nchw"], 17, extra=brightest_channel(), output="anomaly_map")
    model = read_foreign(path, Wish())
    assert model.output_is == "map"
    expected = KEPT * PIXELS.mean(axis=3).max(axis=(1, 2)) / 255
    assert scored(model, tmp_path) == pytest.approx(expected, rel=1e-4)


def test_a_graph_that_draws_random_numbers_is_refused(tmp_path: Path) -> None:
    noise = (
        helper.make_node("RandomNormalLike", ["dimmed"], ["noise"]),
        helper.make_node("Add", ["dimmed", "noise"], ["noisy"]),
    )
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES["nchw"], extra=noise, output="noisy")
    with pytest.raises(ExportRefused, match="draws random numbers"):
        scoring_graph(read_foreign(path, Wish()))


def test_what_is_prepared_outside_is_what_the_graph_takes(tmp_path: Path) -> None:
    path = write_dimming(tmp_path / "theirs.onnx", SHAPES["nchw"])
    model = replace(read_foreign(path, Wish()), channels="bgr")
    assert model.prepare(PIXELS)[0, 0] == pytest.approx(PIXELS[0, ..., 2] / 255, abs=1e-6)
