"""From reviews over HTTP to a shadow model that judges, with the real service; by hand with a real comparison too."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from service.contract.artifact import read_active
from tests.e2e.running_service import RunningService
from tests.eventually import until
from tests.integration.service.test_shadow import dark_well
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_wells
from training.cli import main
from training.improvement.round import Round

TINY = """
name = "tiny"
summary = "for tests"
epochs = 2
least_steps = 60
batch = 32
input = { height = 16, width = 24 }
representation = { standardise = true }
model = { kind = "conv_fc_ae", channels = [4, 8], latent_dim = 4, output = "linear" }
error = { weight = "spread" }
threshold = { strategy = "decision_stump" }
"""
GOOD, LEAKS = 6, 2


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    """One that serves an artefact for other wells: every good one is a false alarm, and a person said so twice."""
    running = RunningService(tmp_path / "plant", archive_good_share=1)
    write_artifact(tmp_path / "plant" / "artifacts", "dark", well=dark_well)
    with running:
        drawn = [good_well(1000 + seed) for seed in range(GOOD)] + [leaking_well(1000 + seed) for seed in range(LEAKS)]
        for number, picture in enumerate(drawn):
            decision = running.post(picture, camera_id="cam-1", well_id=str(number))
            verdict = "no_leak" if number < GOOD else "leak"
            for reviewer in ("Ada", "Boris"):
                path = f"{running.address}/v1/decisions/{decision['decision_id']}/review"
                httpx.post(path, json={"verdict": verdict, "reviewer": reviewer}).raise_for_status()
        yield running


fitted = pytest.mark.skipif("REHEARSE" not in os.environ, reason="fits for a minute: REHEARSE=1 runs it")


@pytest.mark.parametrize("compared", [False, pytest.param(True, marks=fitted)], ids=["stand-in", "compared"])
def test_reviews_become_a_shadow_model_step_by_step_and_a_person_activates(
    service: RunningService, tmp_path: Path, capsys: pytest.CaptureFixture[str], compared: bool
) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(TINY)
    out = service.folder / "artifacts"
    served = read_active(out)
    words = ["improve", "--record", service.address, "--out", str(out), "--least-judged", "3", "--every", "1"]
    words += ["--data", str(write_wells(tmp_path / "wells", good=80, leak=8)), "--operator", "Ada"]
    behind = ["--", "--recipes", str(recipe), "--seeds", "1", "--jobs", "1"]

    def improve(*more: str) -> str:
        assert main([*words, *more, *behind]) == 0
        return capsys.readouterr().out

    looked_at = improve()
    assert "next: reviews" in looked_at
    assert not (out / ".improve").exists(), "a look changes nothing"
    for done, coming in [("reviews", "dataset"), ("dataset", "candidate"), ("candidate", "gate"), ("gate", "shadow")]:
        assert f"next: {done}" in improve()
        if done == "candidate" and not compared:
            (small,) = (folder.name for folder in out.glob("small-*"))
            Round(out / ".improve").keep_candidate(small, quick=False)
        else:
            improve("--go")
        assert f"next: {coming}" in improve()
    assert f"{GOOD} good, {LEAKS} leak, 0 waiting" in improve()
    assert f"no reviewed leak of {LEAKS} is lost" in improve("--go")
    shadow = service.read("/v1/model/shadow")["shadow"]
    assert (shadow["operator"], shadow["against"]) == ("Ada", served)
    assert "0 of at least 3 pictures judged" in improve("--go"), "nothing more is to be done by itself"
    numbers = count(2000)

    def judged() -> int:
        service.post(good_well(next(numbers)), camera_id="cam-1", well_id="1")
        return int(service.read("/v1/model/shadow")["shadow"]["judged"])

    until(judged, lambda found: found >= 3)
    assert "then promote" in improve("--go")
    assert service.read("/v1/model")["artifact"] == read_active(out) == served, "it never activates"
    httpx.post(f"{service.address}/v1/model/activate", json={"artifact": shadow["artifact"]}).raise_for_status()
    assert f"{shadow['artifact']} is served" in improve()
