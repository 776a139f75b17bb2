from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from service.contract.scorer import OnnxScorer
from training.export.onnx_graph import serialise, to_onnx
from training.models.byte_weights import round_to_bytes, store_in_bytes
from training.models.scoring import ScoringGraph, score
from training.recipe.recipe import read_recipe

RECIPE = read_recipe("conv_fc_ae_b")
PIXELS = np.random.default_rng(0).integers(0, 256, (4, RECIPE.input.height, RECIPE.input.width, 3), np.uint8)


def exported(graph: ScoringGraph, path: Path) -> int:
    path.write_bytes(serialise(to_onnx(graph, RECIPE.input, ["score"]), {}))
    return path.stat().st_size


def test_rounded_weights_are_stored_as_bytes_and_score_the_same(tmp_path: Path) -> None:
    graph = ScoringGraph(RECIPE)
    whole = exported(graph, tmp_path / "whole.onnx")
    round_to_bytes(graph.model)
    assert exported(graph, tmp_path / "bytes.onnx") < 0.5 * whole
    found = OnnxScorer(tmp_path / "bytes.onnx", RECIPE.input).score(PIXELS)
    assert found == pytest.approx(score(graph, PIXELS), rel=1e-5)


def test_weights_that_were_not_rounded_stay_whole(tmp_path: Path) -> None:
    graph = ScoringGraph(RECIPE)
    exported(graph, tmp_path / "model.onnx")
    assert not any("_bytes" in weight.name for weight in onnx.load(tmp_path / "model.onnx").graph.initializer)


@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 127.0, 3e5])
def test_rounding_errs_by_less_than_one_part_in_a_hundred_of_the_largest(size: float) -> None:
    layer = nn.Linear(50, 7)
    with torch.no_grad():
        layer.weight.mul_(size)
        layer.weight[3] = 0
    before = layer.weight.detach().clone()
    round_to_bytes(layer)
    largest = before.abs().amax(dim=1, keepdim=True)
    assert bool(((layer.weight - before).abs() <= 0.01 * largest).all())


def test_rounding_twice_changes_nothing_more() -> None:
    layer = nn.Conv2d(3, 8, 3)
    round_to_bytes(layer)
    once = layer.weight.detach().clone()
    round_to_bytes(layer)
    assert torch.equal(layer.weight, once)


def test_every_restored_weight_is_the_same_to_the_last_bit() -> None:
    layer = nn.Linear(64, 32)
    round_to_bytes(layer)
    weight = onnx.numpy_helper.from_array(layer.weight.detach().numpy(), "weight")
    output = onnx.helper.make_tensor_value_info("weight", onnx.TensorProto.FLOAT, None)
    model = onnx.helper.make_model(onnx.helper.make_graph([], "weights", [], [output], [weight]))
    store_in_bytes(model)
    (restored,) = onnx.reference.ReferenceEvaluator(model).run(None, {})
    assert np.array_equal(np.asarray(restored), layer.weight.detach().numpy())
