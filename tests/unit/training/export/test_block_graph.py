from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from service.contract.picture import Pixels, to_pixels
from tests.wells import good_well
from training.export.block_graph import BlockGraph, arranged
from training.export.onnx_graph import serialise, to_onnx
from training.export.parity import check_parity
from training.models.scoring import ScoringGraph, score
from training.recipe.parts import ErrorRule, Representation
from training.recipe.recipe import Recipe, read_recipe, recipe_names

RECIPE = read_recipe("erasing_conv")
SHUFFLED = {RECIPE.name, "erasing_light", "erasing_relative", "erasing_robust", "erasing_small"}
WELLS = np.stack([to_pixels(good_well(seed), RECIPE.input) for seed in range(8)])


def learnt(recipe: Recipe, pixels: Pixels = WELLS) -> ScoringGraph:
    """A network of chance behind means, spreads and weights of good wells."""
    torch.manual_seed(0)
    graph = ScoringGraph(recipe).eval()
    with torch.no_grad():
        graph.preprocessing.learn(torch.from_numpy(pixels))
        inputs = graph.preprocessing(torch.from_numpy(pixels))
        squares, output = graph.squares(inputs)
        graph.measure.learn(inputs, squares, graph.detail(output))
    return graph


def changed(**parts: object) -> Recipe:
    return RECIPE.model_copy(update=parts)


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(RECIPE, id="as it is shipped"),
        pytest.param(changed(error=ErrorRule(weight="spread")), id="every place and channel weighted by itself"),
        pytest.param(changed(representation=Representation(crop=(28, 40))), id="not standardised"),
        pytest.param(changed(representation=Representation(standardise=True)), id="not cropped"),
        pytest.param(changed(error=ErrorRule(weight="centre", power=2)), id="a few large errors count for more"),
        pytest.param(changed(error=ErrorRule(relative=True)), id="relative to the detail of what was restored"),
        pytest.param(read_recipe("erasing_light"), id="blocks restored from three places each"),
    ],
)
def test_blocks_score_as_the_graph_they_are_arranged_from(recipe: Recipe, tmp_path: Path) -> None:
    graph = learnt(recipe)
    blocks = arranged(graph)
    assert isinstance(blocks, BlockGraph)
    path = tmp_path / "model.onnx"
    path.write_bytes(serialise(to_onnx(blocks, recipe.input, ["score"]), {}))
    assert check_parity(graph, path, WELLS, threshold=1e9).scores > len(WELLS)


@pytest.mark.parametrize("place", [(0, 4), (0, 43), (27, 4), (27, 43), (13, 20)])
def test_a_pixel_counts_in_every_corner_of_the_crop_as_it_did(place: tuple[int, int]) -> None:
    graph = learnt(RECIPE)
    pixels = WELLS[:1].copy()
    pixels[0, *place] = (255, 0, 255)
    found = arranged(graph)(torch.from_numpy(pixels)).detach().numpy()
    assert found == pytest.approx(score(graph, pixels), rel=1e-5)
    assert found != pytest.approx(score(graph, WELLS[:1]), rel=1e-5)


def test_the_exported_graph_moves_no_pixels() -> None:
    model = to_onnx(arranged(learnt(RECIPE)), RECIPE.input, ["score"])
    assert not {node.op_type for node in model.graph.node} & {"DepthToSpace", "SpaceToDepth", "Transpose"}


def test_reshapes_keep_the_batch_so_that_convolutions_are_added_up_in_one_step() -> None:
    model = to_onnx(arranged(learnt(RECIPE)), RECIPE.input, ["score"])
    constants = {constant.name: onnx.numpy_helper.to_array(constant) for constant in model.graph.initializer}
    targets = [constants[node.input[1]] for node in model.graph.node if node.op_type == "Reshape"]
    assert targets
    assert all(target[0] == 0 and (target[1:] > 0).all() for target in targets)


@pytest.mark.parametrize("name", [name for name in recipe_names() if name not in SHUFFLED])
def test_other_networks_stay_as_they_are(name: str) -> None:
    graph = ScoringGraph(read_recipe(name))
    assert arranged(graph) is graph


@pytest.mark.parametrize(
    "part",
    [
        {"error": ErrorRule(floor=3.0)},
        {"error": ErrorRule(keep=0.1)},
        {"representation": Representation(light="picture")},
        {"representation": Representation(colour="opponent")},
        {"representation": Representation(blur_kernel=3)},
    ],
)
def test_what_blocks_cannot_compute_stays_as_it_is(part: dict[str, object]) -> None:
    graph = ScoringGraph(changed(**part))
    assert arranged(graph) is graph
