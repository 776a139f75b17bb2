from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor, nn

from service.contract.errors import ExportRefused
from training.export.onnx_graph import OPSET, serialise, to_onnx
from training.models.scoring import ScoringGraph
from training.recipe.recipe import read_recipe

RECIPE = read_recipe("conv_fc_ae_b")


class Noisy(nn.Module):
    def forward(self, pixels: Tensor) -> Tensor:
        picture = pixels.to(torch.float32)
        return (picture + torch.randn_like(picture)).mean(dim=(1, 2, 3))


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return to_onnx(ScoringGraph(RECIPE), RECIPE.input, ["score"])


def test_a_graph_that_draws_random_numbers_is_refused() -> None:
    with pytest.raises(ExportRefused, match="RandomNormal"):
        to_onnx(Noisy(), RECIPE.input, ["score"])


def test_the_graph_states_its_opset_and_a_free_batch(model: onnx.ModelProto) -> None:
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    assert [entry.version for entry in model.opset_import] == [OPSET]
    assert [dimension.dim_param or dimension.dim_value for dimension in dimensions] == ["N", 32, 48, 3]
    assert [output.name for output in model.graph.output] == ["score"]


def test_the_graph_says_nothing_of_the_machine(model: onnx.ModelProto) -> None:
    data = serialise(model, {})
    for word in (str(Path.home()), "site-packages", "training/", ".py", "File "):
        assert word.encode() not in data


def test_the_same_graph_gives_the_same_bytes(model: onnx.ModelProto) -> None:
    properties = {"b": "2", "a": "1"}
    assert serialise(model, properties) == serialise(model, properties)
    loaded = onnx.load_from_string(serialise(model, properties))
    assert {entry.key: entry.value for entry in loaded.metadata_props} == properties
