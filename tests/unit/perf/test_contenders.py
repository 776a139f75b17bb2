from pathlib import Path

import pytest
import torch

from service.contract.artifact import open_artifact, read_active
from service.contract.picture import decode, to_pixels
from tests.perf.contenders import write_torch_model
from training.models.scoring import ScoringGraph, score
from training.recipe.recipe import Recipe

ARTIFACTS = Path(__file__).parents[3] / "model_artifacts"


def test_torch_gets_a_network_that_scores_the_golden_pictures_as_the_artefact_does(tmp_path: Path) -> None:
    artifact = open_artifact(ARTIFACTS / read_active(ARTIFACTS))
    write_torch_model(artifact, tmp_path / "recipe.json", tmp_path / "weights.pt")
    graph = ScoringGraph(Recipe.model_validate_json((tmp_path / "recipe.json").read_text()))
    graph.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True), strict=False)
    for golden in artifact.manifest.golden:
        picture = decode((artifact.folder / golden.file).read_bytes())
        pixels = to_pixels(picture, artifact.manifest.input)
        assert score(graph, pixels[None])[0] == pytest.approx(golden.score, rel=1e-4)
