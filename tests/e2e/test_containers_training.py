"""The training profile in a real container engine: a folder of wells is mounted, an artefact comes out."""

import json
import os
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact
from tests.e2e.stack import Stack
from tests.wells import write_wells

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

ENOUGH_FOR_A_THRESHOLD = 700


def test_compare_reads_a_mounted_folder_and_exports_what_it_chose(engine: dict[str, str], tmp_path: Path) -> None:
    wells = write_wells(tmp_path / "wells", good=ENOUGH_FOR_A_THRESHOLD, leak=20)
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    folders = {"LEAK_TRAINING_DATA": str(wells), "ARTIFACTS_DIR": str(artifacts)}
    owner = f"{os.getuid()}:{os.getgid()}"
    with Stack(engine, profiles=["training"], LEAK_TRAINING_USER=owner, **folders) as stack:
        stack.compose("build", "training")
        options = ("--quick", "--recipes", "conv_fc_ae_b", "--data", "/wells", "--out", "/model_artifacts")
        stack.compose("run", "--rm", "training", "compare", *options)
        libraries = "import json, torch, service; print(json.dumps([torch.__version__, torch.cuda.is_available()]))"
        version, has_cuda = json.loads(
            stack.compose("run", "--rm", "--entrypoint", "python", "training", "-c", libraries).splitlines()[-1]
        )
    assert open_artifact(next(artifacts.glob("*/manifest.json")).parent).manifest.name == "conv_fc_ae_b"
    assert version.startswith("2.")
    assert not has_cuda
