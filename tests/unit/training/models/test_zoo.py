"""Every recipe of the package, through everything that happens to a candidate."""

from pathlib import Path

import numpy as np
import pytest
import torch

from service.contract.picture import Pixels, to_pixels
from tests.wells import good_well
from training.export.block_graph import arranged
from training.export.onnx_graph import serialise, to_onnx
from training.export.parity import check_parity
from training.fitting.batches import TrainingBatches
from training.fitting.fit import fit, loss_of
from training.models.scoring import ExplainGraph, ScoringGraph, score
from training.recipe.recipe import Recipe, read_recipe, recipe_names

WELLS = [good_well(seed) for seed in range(64)]


@pytest.fixture(params=recipe_names())
def recipe(request: pytest.FixtureRequest) -> Recipe:
    return read_recipe(request.param)


@pytest.fixture
def pixels(recipe: Recipe) -> Pixels:
    return np.stack([to_pixels(well, recipe.input) for well in WELLS])


def test_a_picture_comes_back_in_its_own_shape(recipe: Recipe, pixels: Pixels) -> None:
    graph = ScoringGraph(recipe).eval()
    inputs = graph.preprocessing(torch.from_numpy(pixels[:3]))
    assert graph.model(inputs).output.shape == inputs.shape
    assert tuple(inputs.shape[1:]) == graph.preprocessing.shape


def test_the_loss_falls(recipe: Recipe, pixels: Pixels) -> None:
    fitted = fit(recipe.model_copy(update={"epochs": 6, "least_steps": 0, "batch": 16}), TrainingBatches(pixels))
    assert fitted.losses[-1] < fitted.losses[0]


def test_every_weight_learns(recipe: Recipe, pixels: Pixels) -> None:
    torch.manual_seed(0)
    graph = ScoringGraph(recipe).train()
    inputs = graph.preprocessing(torch.from_numpy(pixels))
    loss_of(graph.model(inputs), inputs, recipe.loss).backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is not None and bool(weight.grad.abs().sum() > 0) for weight in graph.model.parameters())


def test_the_exported_graph_scores_as_torch_does(recipe: Recipe, pixels: Pixels, tmp_path: Path) -> None:
    graph = fit(recipe.model_copy(update={"epochs": 1, "least_steps": 0, "batch": 16}), TrainingBatches(pixels)).graph
    path = tmp_path / "model.onnx"
    path.write_bytes(serialise(to_onnx(arranged(graph), recipe.input, ["score"]), {}))
    assert check_parity(graph, path, pixels[:8], threshold=1.0).scores > 0


def test_the_score_is_the_power_mean_of_the_error_map_or_of_its_largest_places(recipe: Recipe, pixels: Pixels) -> None:
    graph = ScoringGraph(recipe).eval()
    reconstruction, error_map = ExplainGraph(graph)(torch.from_numpy(pixels[:4]))
    assert error_map.shape == (4, recipe.input.height, recipe.input.width)
    assert reconstruction.shape == (*error_map.shape, 3)
    _, height, width = graph.preprocessing.shape
    repeated = graph.preprocessing.stride**2  # pixels that one place of the error stands for
    area = recipe.input.height * recipe.input.width / (height * width * repeated)
    kept = round(recipe.error.keep * height * width) * repeated
    largest = error_map.flatten(1).sort(dim=1, descending=True).values[:, :kept] / area
    power = recipe.error.power
    mean = (largest**power).sum(dim=1) / min(kept, height * width * repeated)
    assert np.allclose((mean ** (1 / power)).detach(), score(graph, pixels[:4]), rtol=1e-4)
