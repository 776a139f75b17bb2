from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch

from service.contract.errors import ExportRefused
from service.contract.picture import to_pixels
from tests.wells import good_well
from training.export.onnx_graph import serialise, to_onnx
from training.export.parity import check_parity, compare_scores
from training.models.scoring import ScoringGraph
from training.recipe.recipe import read_recipe

RECIPE = read_recipe("conv_fc_ae_b")
REAL = np.stack([to_pixels(good_well(seed), RECIPE.input) for seed in range(3)])


@pytest.fixture(scope="module")
def graph() -> ScoringGraph:
    torch.manual_seed(0)
    return ScoringGraph(RECIPE)


@pytest.fixture(scope="module")
def model(graph: ScoringGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    path.write_bytes(serialise(to_onnx(graph, RECIPE.input, ["score"]), {}))
    return path


def test_equal_graphs_pass_on_real_and_drawn_pictures(graph: ScoringGraph, model: Path) -> None:
    parity = check_parity(graph, model, REAL, threshold=0.05)
    assert parity.relative < 1e-5
    assert parity.scores == 2 * (3 + 4)


def test_a_weight_that_differs_is_found(graph: ScoringGraph, model: Path) -> None:
    other = ScoringGraph(RECIPE)
    other.load_state_dict(graph.state_dict())
    with torch.no_grad():
        other.preprocessing.rows *= 1.001
    with pytest.raises(ExportRefused, match="differ by"):
        check_parity(other, model, REAL, threshold=0.05)


TOLERATED = np.float32(0.5) * np.float32(1 + 5e-6)


@pytest.mark.parametrize(
    ("found", "threshold", "fault"),
    [
        ([0.5, 0.25], 1.0, None),
        ([TOLERATED, 0.25], 1.0, None),
        ([TOLERATED, 0.25], 0.500001, "verdicts"),
        ([0.5, 0.2501], 1.0, "differ by"),
        ([0.5, float("nan")], 1.0, "differ by"),
    ],
)
def test_scores_may_differ_in_the_sixth_digit_but_never_change_a_verdict(
    found: list[float], threshold: float, fault: str | None
) -> None:
    expected = np.array([0.5, 0.25], np.float32)
    with pytest.raises(ExportRefused, match=fault) if fault else nullcontext():
        compare_scores(expected, np.array([expected, found], np.float32), threshold)
